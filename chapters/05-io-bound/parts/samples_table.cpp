#include "../samples_table.hpp"

#include "../connection_pool.hpp"
#include "../process_memory.hpp"
#include "../row_hash.hpp"
#include "../server_counters.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <csignal>

row_as_text::row_as_text(sample_source source, std::int64_t row) {
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

void require_our_schema(pg_connection& db) {
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

std::string insert_rows(std::size_t rows) {
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

void prepare_insert(pg_connection& db) {
    db.prepare("insert_sample", insert_rows(1));
}

void append_line(std::string& lines, const row_as_text& values) {
    for (const char* column : values.columns())
        lines.append(column).append("\t");
    lines.back() = '\n';
}

used_up used_up::so_far(int of_whom) {
    rusage all = {};
    check(::getrusage(of_whom, &all), "getrusage");
    double cpu_us = 0;
    for (const timeval& cpu : {all.ru_utime, all.ru_stime})
        cpu_us += 1e6 * double(cpu.tv_sec) + double(cpu.tv_usec);
    return {cpu_us, all.ru_nvcsw};
}

samples_load::samples_load(const load_job& job, bool keep) : job_(job) {
    const pg_result server = db_.run("SELECT current_setting('server_version'),"
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
        db_.run(fmt::format("BEGIN; TRUNCATE {};"
                            "DROP TABLE IF EXISTS many_hands.ledger; COMMIT",
                            samples_table));
}

void samples_load::start(const sessions& others) {
    syncs_before_ = syncs(others);
    rtt_us_ = round_trip_us();
    if (job_.costs == "yes" && (server_ = server_processes::find(db_)))
        server_cpu_before_ = server_->cpu_s();
    round_trips_before_ = pg_connection::round_trips();
    clock_ = stopwatch();
    before_ = used_up::so_far();
}

void samples_load::row_begins() {
    const std::int64_t row = ++*rows_begun_;
    if (job_.kill_at > 0 && row >= job_.kill_at) {
        ::kill(process_, SIGKILL); // its children die with it
        ::raise(SIGKILL);
    }
}

void samples_load::stop() {
    seconds_ = clock_.seconds();
    after_ = used_up::so_far();
    round_trips_after_ = pg_connection::round_trips();
    if (job_.costs != "yes")
        return;
    client_kib_ = memory_kib(process_);
    if (db_.is_idle()) // one more than one: session() only looked on
        connections_ = db_.run("SELECT count(*) - (count(*) > 1)::int"
                               " FROM pg_stat_activity WHERE application_name"
                               " = current_setting('application_name')")
                           .text(0, 0);
    if (server_) {
        server_cores_busy_ =
            (server_->cpu_s() - server_cpu_before_) / *seconds_;
        server_kib_ = server_->kib();
    }
}

void samples_load::count_elsewhere(used_up more, std::int64_t round_trips) {
    before_.cpu_us -= more.cpu_us;
    before_.waits -= more.waits;
    round_trips_before_ -= round_trips;
}

int samples_load::finish(const sessions& others,
                         std::optional<std::int64_t> inserted) {
    print_figures(others, inserted.value_or(job_.rows));
    return ::finish(found(), expected());
}

int samples_load::finish_broken(const sessions& others) {
    print_figures(others, job_.rows);
    return ::finish_broken(found(), expected());
}

std::int64_t samples_load::rows_there() {
    return std::stoll(
        db_.run(fmt::format("SELECT count(*) FROM {}", samples_table))
            .text(0, 0));
}

bool samples_load::holds_exactly(std::int64_t rows) {
    job_.rows = rows;
    return found() == expected();
}

std::optional<std::int64_t> samples_load::syncs(const sessions& others) {
    flush_statistics(db_);
    for (pg_connection* other : others)
        flush_statistics(*other);
    return wal_syncs(db_);
}

double samples_load::round_trip_us() {
    std::array<double, 20> us{};
    for (double& one : us) {
        const stopwatch clock;
        db_.run("");
        one = 1e6 * clock.seconds();
    }
    std::sort(us.begin(), us.end());
    return (us[9] + us[10]) / 2;
}

void samples_load::print_figures(const sessions& others,
                                 std::int64_t inserted) {
    if (!seconds_)
        stop();
    const double cpu_us = after_.cpu_us - before_.cpu_us;
    const std::int64_t waits = after_.waits - before_.waits;
    const std::int64_t trips = round_trips_after_ - round_trips_before_;
    if (!db_.is_idle()) // the server was restarted, and others went on
        db_ = std::move(
            *connect_within(std::chrono::seconds(30), [](pg_connection&) {}));
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
    if (!connections_.empty())
        fmt::print("connections: {}\n", connections_);
    if (server_)
        fmt::print("server_cores_busy: {:.3f}\nserver_kib: {}\n",
                   server_cores_busy_, server_kib_);
}

// Count and checksum of what the server has: every row comes back, and
// gets a hash of its own. Their sum does not mind the order of rows.
std::string samples_load::found() {
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
std::string samples_load::expected() const {
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

cli load_options(const char* program, const char* what, load_job& job) {
    cli options(program, what);
    options.number("rows", job.rows, 1, 1'000'000'000, "rows in all")
        .number("seed", job.seed, 0, 1'000'000'000, "other seed, other rows")
        .number("kill-at", job.kill_at, 0, 1'000'000'000,
                "die by SIGKILL before this row; 0: never")
        .choice("costs", job.costs, {"no", "yes"},
                "say what it and the server use, too");
    return options;
}
