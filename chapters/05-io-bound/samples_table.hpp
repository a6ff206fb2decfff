// The table that every load_* program fills, and the proof that it did.
#pragma once

#include "01-processes/shared_memory.hpp"
#include "04-data-parallelism/sample.hpp"
#include "common/check.hpp"
#include "common/cli.hpp"
#include "common/stopwatch.hpp"
#include "common/workers.hpp"
#include "connection_pool.hpp"
#include "postgres.hpp"
#include "row_hash.hpp"
#include "server_counters.hpp"
#include "server_processes.hpp"

#include <fmt/core.h>
#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <charconv>
#include <csignal>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

struct load_job {
    std::int64_t rows = 5'000; // 0: as many as come
    std::int64_t workers = default_workers();
    std::int64_t seed = 1;
    std::int64_t kill_at = 0; // die before this row; 0: never
    std::string costs = "no"; // print them, too
};

// Columns of the table and of one line of COPY: id_client, class_0, class_1...
inline constexpr std::size_t column_count = 1 + class_count;

// One row as texts, each ended by a zero byte: the parameters of an INSERT.
class row_as_text {
  public:
    row_as_text(sample_source source, std::int64_t row) {
        const auto number = static_cast<std::uint64_t>(row);
        source.id(number, texts_[0].data());
        for (std::size_t c = 0; c < class_count; ++c) {
            // The shortest digits that give the same double again.
            char* first = texts_[1 + c].data();
            *std::to_chars(first, first + texts_[1 + c].size(),
                           source.probability(number, c))
                 .ptr = '\0';
        }
        for (std::size_t column = 0; column < column_count; ++column)
            pointers_[column] = texts_[column].data();
    }
    row_as_text(const row_as_text&) = delete; // pointers into itself
    row_as_text& operator=(const row_as_text&) = delete;

    const std::array<const char*, column_count>& columns() const {
        return pointers_;
    }

  private:
    std::array<std::array<char, 40>, column_count> texts_{};
    std::array<const char*, column_count> pointers_{};
};

// On the private server the schema is ours to make. Elsewhere it must be
// there: whoever made it has said that we may work in it. Throws `missing`.
inline void require_our_schema(pg_connection& db) {
    const pg_result answer =
        db.run("SELECT current_setting('many_hands.private', true),"
               " to_regnamespace('many_hands')");
    if (answer.text(0, 0) == "on")
        db.create("SCHEMA IF NOT EXISTS many_hands");
    else if (answer.text(0, 1).empty())
        throw missing(
            "DATABASE_URL names a server that is not the book's; it is "
            "used only if it has a schema many_hands, which is emptied");
}

// In a schema of our own: nothing else in the database can be hit.
inline constexpr const char* samples_table = "many_hands.samples";

// An INSERT of so many rows at once.
inline std::string insert_rows(std::size_t rows) {
    std::string places;
    for (std::size_t row = 0; row < rows; ++row) {
        places += row == 0 ? "(" : ", (";
        for (std::size_t column = 1; column <= column_count; ++column)
            places += fmt::format("{}${}", column == 1 ? "" : ", ",
                                  row * column_count + column);
        places += ")";
    }
    return fmt::format("INSERT INTO {} VALUES {}", samples_table, places);
}

// Of one row, as the prepared statement "insert_sample".
inline void prepare_insert(pg_connection& db) {
    db.prepare("insert_sample", insert_rows(1));
}

// A row as COPY wants it: a line with tabs between its columns. No escaping
// here (copy_format.hpp has it): our values hold digits, dots, dashes and the
// letters a to f.
inline void append_line(std::string& lines, const row_as_text& values) {
    for (const char* column : values.columns())
        lines.append(column).append("\t");
    lines.back() = '\n';
}

// Sends rows [first, end) as one COPY; calls before_row() for each.
template<class Function>
void copy_rows(pg_connection& db, sample_source source, std::int64_t first,
               std::int64_t end, const Function& before_row) {
    db.copy_begin(fmt::format("COPY {} FROM STDIN", samples_table));
    std::string lines;
    for (std::int64_t row = first; row < end; ++row) {
        before_row();
        append_line(lines, row_as_text(source, row));
        if (lines.size() > 65'536) {
            db.copy_send(lines);
            lines.clear();
        }
    }
    db.copy_send(lines);
    db.copy_end(end - first);
}

// What this process has used so far.
struct used_up {
    double cpu_us = 0;
    std::int64_t waits = 0; // for which the kernel switched to somebody else

    static used_up so_far() {
        rusage all = {};
        check(::getrusage(RUSAGE_SELF, &all), "getrusage");
        double cpu_us = 0;
        for (const timeval& cpu : {all.ru_utime, all.ru_stime})
            cpu_us += 1e6 * double(cpu.tv_sec) + double(cpu.tv_usec);
        return {cpu_us, all.ru_nvcsw};
    }
};

// A loader's frame: an empty table at the start, a proven load and its figures
// at the end.
class samples_load {
  public:
    // With `keep`, what the table holds by now stays in it.
    explicit samples_load(const load_job& job, bool keep = false) : job_(job) {
        const pg_result server =
            db_.run("SELECT current_setting('server_version'),"
                    " current_setting('fsync'),"
                    " current_setting('synchronous_commit')");
        fmt::print("{}{} worker{}, seed {}; PostgreSQL {}, "
                   "fsync {}, synchronous_commit {}\n",
                   job.rows == 0 ? "" : fmt::format("{} rows, ", job.rows),
                   job.workers, job.workers == 1 ? "" : "s", job.seed,
                   server.text(0, 0), server.text(0, 1), server.text(0, 2));
        std::string columns = "id_client text NOT NULL";
        for (std::size_t c = 0; c < class_count; ++c)
            columns += fmt::format(", class_{} float8 NOT NULL", c);
        require_our_schema(db_);
        db_.create(
            fmt::format("TABLE IF NOT EXISTS {} ({})", samples_table, columns));
        if (!keep) // what a ledger says of it would not be true any more
            db_.run(
                fmt::format("BEGIN; TRUNCATE {};"
                            "DROP TABLE IF EXISTS many_hands.ledger; COMMIT",
                            samples_table));
    }

    // A session of the loader's own process, for loaders that need just one.
    pg_connection& session() { return db_; }

    // Other sessions than session(), which load beside it or instead of it.
    using sessions = std::vector<pg_connection*>;

    // Starts the clock: after connecting, before the first row.
    void start(const sessions& others = {}) {
        syncs_before_ = syncs(others);
        rtt_us_ = round_trip_us();
        if (job_.costs == "yes" && (server_ = server_processes::find(db_)))
            server_cpu_before_ = server_->cpu_s();
        round_trips_before_ = pg_connection::round_trips();
        clock_ = stopwatch();
        before_ = used_up::so_far();
    }

    // Every loader calls it before it sends a row, from whichever thread or
    // child: so `survivors` can kill it half-way.
    void row_begins() {
        const std::int64_t row = ++*rows_begun_;
        if (job_.kill_at > 0 && row >= job_.kill_at) {
            ::kill(process_, SIGKILL); // its children die with it
            ::raise(SIGKILL);
        }
    }

    // Stops the clock, if finish() would be too late for that. Those who have
    // loaded are still there.
    void stop() {
        seconds_ = clock_.seconds();
        after_ = used_up::so_far();
        round_trips_after_ = pg_connection::round_trips();
        if (job_.costs != "yes")
            return;
        client_kib_ = memory_kib(process_);
        if (server_) {
            server_cores_busy_ =
                (server_->cpu_s() - server_cpu_before_) / *seconds_;
            server_kib_ = server_->kib();
        }
    }

    // For children that have loaded: what they used, and how often they waited
    // for an answer.
    void count_elsewhere(used_up more, std::int64_t round_trips) {
        before_.cpu_us -= more.cpu_us;
        before_.waits -= more.waits;
        round_trips_before_ -= round_trips;
    }

    // Stops the clock: after the last commit. Prints the figures; the
    // program's exit status. `inserted`: rows, if not all of them this time.
    int finish(const sessions& others = {},
               std::optional<std::int64_t> inserted = {}) {
        print_figures(others, inserted.value_or(job_.rows));
        return ::finish(found(), expected());
    }
    // The same for one that is broken on purpose.
    int finish_broken(const sessions& others) {
        print_figures(others, job_.rows);
        return ::finish_broken(found(), expected());
    }

    // That somebody else sees by now.
    std::int64_t rows_there() {
        return std::stoll(
            db_.run(fmt::format("SELECT count(*) FROM {}", samples_table))
                .text(0, 0));
    }

    // For who finds out at the end how many rows it was: does the table hold
    // the first so many, and nothing else?
    bool holds_exactly(std::int64_t rows) {
        job_.rows = rows;
        return found() == expected();
    }

    // The server's flushes so far, as far as these sessions and ours know.
    std::optional<std::int64_t> syncs(const sessions& others) {
        flush_statistics(db_);
        for (pg_connection* other : others)
            flush_statistics(*other);
        return wal_syncs(db_);
    }

    // The median of twenty queries that ask for nothing: how far the server is
    // away, and what a message costs there and here.
    double round_trip_us() {
        std::array<double, 20> us{};
        for (double& one : us) {
            const stopwatch clock;
            db_.run("");
            one = 1e6 * clock.seconds();
        }
        std::sort(us.begin(), us.end());
        return (us[9] + us[10]) / 2;
    }

  private:
    void print_figures(const sessions& others, std::int64_t inserted) {
        if (!seconds_)
            stop();
        const double cpu_us = after_.cpu_us - before_.cpu_us;
        const std::int64_t waits = after_.waits - before_.waits;
        const std::int64_t trips = round_trips_after_ - round_trips_before_;
        if (!db_.is_idle()) // the server was restarted, and others went on
            db_ = std::move(*connect_within(std::chrono::seconds(30),
                                            [](pg_connection&) {}));
        const auto syncs_after = syncs(others);
        const pg_result commits = db_.run(
            // Each transaction stamps its rows with its own number, xmin.
            fmt::format("SELECT count(DISTINCT xmin::text) FROM {}",
                        samples_table));
        fmt::print("rows_per_s: {:.0f}\n",
                   static_cast<double>(inserted) / *seconds_);
        fmt::print("cores_busy: {:.3f}\n", 1e-6 * cpu_us / *seconds_);
        const auto rows = double(std::max<std::int64_t>(1, inserted));
        fmt::print("row_cpu_us: {:.1f}\n", cpu_us / rows);
        fmt::print("row_waits: {:.2f}\n", double(waits) / rows);
        fmt::print("rtt_us: {:.0f}\n", rtt_us_);
        fmt::print("round_trips: {}\n", trips);
        fmt::print("commits: {}\n", commits.text(0, 0));
        fmt::print("wal_syncs: {}\n",
                   syncs_after ? std::to_string(*syncs_after - *syncs_before_)
                               : "not available");
        if (job_.costs != "yes")
            return;
        fmt::print("client_kib: {}\n", client_kib_);
        if (server_)
            fmt::print("server_cores_busy: {:.3f}\nserver_kib: {}\n",
                       server_cores_busy_, server_kib_);
    }

    // Count and checksum of what the server has: every row comes back, and
    // gets a hash of its own. Their sum does not mind the order of rows.
    std::string found() {
        std::int64_t rows = 0;
        std::uint64_t sum = 0;
        db_.run("SET extra_float_digits = 1"); // every bit of a float8
        db_.copy_out(fmt::format("COPY {} TO STDOUT", samples_table),
                     [&](std::string_view line) {
                         ++rows;
                         sum += hash_of_line(line);
                     });
        return fmt::format("{} rows, checksum {}", rows, sum);
    }

    // The same from the generator.
    std::string expected() const {
        const sample_source source(static_cast<std::uint64_t>(job_.seed));
        std::uint64_t sum = 0;
        for (std::int64_t row = 0; row < job_.rows; ++row) {
            const auto number = static_cast<std::uint64_t>(row);
            std::array<char, id_length> id{};
            source.id(number, id.data());
            row_hash hash({id.data(), id.size()});
            for (std::size_t c = 0; c < class_count; ++c)
                hash.add(source.probability(number, c));
            sum += hash.value;
        }
        return fmt::format("{} rows, checksum {}", job_.rows, sum);
    }

    load_job job_;
    pg_connection db_;
    std::optional<std::int64_t> syncs_before_;
    double rtt_us_ = 0;
    std::int64_t round_trips_before_ = 0, round_trips_after_ = 0;
    const pid_t process_ = ::getpid(); // children have it, too
    const shared_mapping<std::atomic<std::int64_t>> rows_begun_ =
        make_shared_memory<std::atomic<std::int64_t>>();
    stopwatch clock_;
    std::optional<double> seconds_;
    used_up before_, after_;
    std::optional<server_processes> server_;
    double server_cpu_before_ = 0, server_cores_busy_ = 0;
    std::int64_t client_kib_ = 0, server_kib_ = 0;
};

inline cli load_options(const char* program, const char* what, load_job& job) {
    cli options(program, what);
    options.number("rows", job.rows, 1, 1'000'000'000, "rows in all")
        .number("seed", job.seed, 0, 1'000'000'000, "other seed, other rows")
        .number("kill-at", job.kill_at, 0, 1'000'000'000,
                "die by SIGKILL before this row; 0: never")
        .choice("costs", job.costs, {"no", "yes"},
                "say what it and the server use, too");
    return options;
}
