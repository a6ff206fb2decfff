// The table that every load_* program fills, and the proof that it did.
#pragma once

#include "01-processes/shared_memory.hpp"
#include "04-data-parallelism/sample.hpp"
#include "common/cli.hpp"
#include "common/stopwatch.hpp"
#include "common/workers.hpp"
#include "postgres.hpp"
#include "server_processes.hpp"

#include <fmt/core.h>
#include <sys/resource.h>
#include <sys/types.h>
#include <unistd.h>

#include <array>
#include <atomic>
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
    row_as_text(sample_source source, std::int64_t row);
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
void require_our_schema(pg_connection& db);

// In a schema of our own: nothing else in the database can be hit.
inline constexpr const char* samples_table = "many_hands.samples";

// An INSERT of so many rows at once.
std::string insert_rows(std::size_t rows);

// Of one row, as the prepared statement "insert_sample".
void prepare_insert(pg_connection& db);

// A row as COPY wants it: a line with tabs between its columns. No escaping
// here (copy_format.hpp has it): our values hold digits, dots, dashes and the
// letters a to f.
void append_line(std::string& lines, const row_as_text& values);

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

// What this process has used so far; or with RUSAGE_CHILDREN, its children that
// have ended, and theirs. Source: getrusage(2).
struct used_up {
    double cpu_us = 0;
    std::int64_t waits = 0; // for which the kernel switched to somebody else

    static used_up so_far(int of_whom = RUSAGE_SELF);
};

// A loader's frame: an empty table at the start, a proven load and its figures
// at the end.
class samples_load {
  public:
    // With `keep`, what the table holds by now stays in it.
    explicit samples_load(const load_job& job, bool keep = false);

    // A session of the loader's own process, for loaders that need just one.
    pg_connection& session() { return db_; }

    // Other sessions than session(), which load beside it or instead of it.
    using sessions = std::vector<pg_connection*>;

    // Starts the clock: after connecting, before the first row.
    void start(const sessions& others = {});

    // Every loader calls it before it sends a row, from whichever thread or
    // child: so `survivors` can kill it half-way.
    void row_begins();

    // Stops the clock, if finish() would be too late for that. Those who have
    // loaded are still there.
    void stop();

    // For children that have loaded: what they used, and how often they waited
    // for an answer.
    void count_elsewhere(used_up more, std::int64_t round_trips);

    // Stops the clock: after the last commit. Prints the figures; the
    // program's exit status. `inserted`: rows, if not all of them this time.
    int finish(const sessions& others = {},
               std::optional<std::int64_t> inserted = {});
    // The same for one that is broken on purpose.
    int finish_broken(const sessions& others);

    // That somebody else sees by now.
    std::int64_t rows_there();

    // For who finds out at the end how many rows it was: does the table hold
    // the first so many, and nothing else?
    bool holds_exactly(std::int64_t rows);

    // The server's flushes so far, as far as these sessions and ours know.
    std::optional<std::int64_t> syncs(const sessions& others);

    // The median of twenty queries that ask for nothing: how far the server is
    // away, and what a message costs there and here.
    double round_trip_us();

  private:
    void print_figures(const sessions& others, std::int64_t inserted);
    std::string found();
    std::string expected() const;

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
    std::string connections_; // when it stopped
};

cli load_options(const char* program, const char* what, load_job& job);
