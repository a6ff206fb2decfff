// The table that every load_* program fills, and the proof that it did.
#pragma once

#include "04-data-parallelism/sample.hpp"
#include "common/check.hpp"
#include "common/cli.hpp"
#include "common/stopwatch.hpp"
#include "common/workers.hpp"
#include "postgres.hpp"
#include "row_hash.hpp"
#include "server_counters.hpp"

#include <fmt/core.h>

#include <array>
#include <charconv>
#include <cstdint>
#include <ctime>
#include <span>
#include <string>
#include <string_view>

struct load_job {
    std::int64_t rows = 5'000;
    std::int64_t workers = default_workers();
    std::int64_t seed = 1;
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

// In a schema of our own: nothing else in the database can be hit.
inline constexpr const char* samples_table = "many_hands.samples";

inline void prepare_insert(pg_connection& db) {
    std::string places = "$1";
    for (std::size_t column = 2; column <= column_count; ++column)
        places += fmt::format(", ${}", column);
    db.prepare("insert_sample", fmt::format("INSERT INTO {} VALUES ({})",
                                            samples_table, places));
}

// A loader's frame: an empty table at the start, a proven load and its figures
// at the end.
class samples_load {
  public:
    explicit samples_load(const load_job& job) : job_(job) {
        const pg_result server =
            db_.run("SELECT current_setting('server_version'),"
                    " current_setting('fsync'),"
                    " current_setting('synchronous_commit')");
        fmt::print("{} rows, {} worker{}, seed {}; PostgreSQL {}, "
                   "fsync {}, synchronous_commit {}\n",
                   job.rows, job.workers, job.workers == 1 ? "" : "s", job.seed,
                   server.text(0, 0), server.text(0, 1), server.text(0, 2));
        std::string columns = "id_client text NOT NULL";
        for (std::size_t c = 0; c < class_count; ++c)
            columns += fmt::format(", class_{} float8 NOT NULL", c);
        require_our_schema();
        db_.run(fmt::format("CREATE TABLE IF NOT EXISTS {} ({})", samples_table,
                            columns));
        db_.run(fmt::format("TRUNCATE {}", samples_table));
    }

    // A session of the loader's own process, for loaders that need just one.
    pg_connection& session() { return db_; }

    // Starts the clock: after connecting, before the first row.
    void start() {
        flush_statistics(db_);
        syncs_before_ = wal_syncs(db_);
        clock_ = stopwatch();
        cpu_before_ = std::clock();
    }

    // Stops the clock: after the last commit. `others` are the sessions that
    // loaded beside session(). Prints the figures; the program's exit status.
    int finish(std::span<pg_connection> others = {}) {
        const double seconds = clock_.seconds();
        const double cpu = static_cast<double>(std::clock() - cpu_before_)
                           / CLOCKS_PER_SEC; // of all threads
        flush_statistics(db_);
        for (pg_connection& other : others)
            flush_statistics(other);
        const std::string syncs_after = wal_syncs(db_);
        const pg_result commits = db_.run(
            // Each transaction stamps its rows with its own number, xmin.
            fmt::format("SELECT count(DISTINCT xmin::text) FROM {}",
                        samples_table));
        fmt::print("rows_per_s: {:.0f}\n",
                   static_cast<double>(job_.rows) / seconds);
        fmt::print("cores_busy: {:.3f}\n", cpu / seconds);
        fmt::print("commits: {}\n", commits.text(0, 0));
        if (syncs_after == "not available")
            fmt::print("wal_syncs: {}\n", syncs_after);
        else
            fmt::print("wal_syncs: {}\n",
                       std::stoll(syncs_after) - std::stoll(syncs_before_));
        return ::finish(found(), expected());
    }

  private:
    // On the private server the schema is ours to make. Elsewhere it must be
    // there: whoever made it has said that we may work in it.
    void require_our_schema() {
        const pg_result answer =
            db_.run("SELECT current_setting('many_hands.private', true),"
                    " to_regnamespace('many_hands')");
        if (answer.text(0, 0) == "on")
            db_.run("CREATE SCHEMA IF NOT EXISTS many_hands");
        else if (answer.text(0, 1).empty())
            throw missing(
                "DATABASE_URL names a server that is not the book's; it is "
                "used only if it has a schema many_hands, which is emptied");
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
    std::string syncs_before_;
    stopwatch clock_;
    std::clock_t cpu_before_ = 0;
};

inline cli load_options(const char* program, const char* what, load_job& job) {
    cli options(program, what);
    options.number("rows", job.rows, 1, 1'000'000'000, "rows in all")
        .number("seed", job.seed, 0, 1'000'000'000, "other seed, other rows");
    return options;
}
