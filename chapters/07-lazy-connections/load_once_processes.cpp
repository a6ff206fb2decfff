// load_once_processes: load_once with a pool of processes. Kill workers, or
// their parent, cut connections, restart the server: run the same command
// again, and each row is there exactly once.
//
//     tools/with_postgres.sh build/bin/load_once_processes --rows 100000
#include "process_load.hpp"

#include "05-io-bound/ledger.hpp"

static constexpr std::chrono::seconds limit(30); // for a server that has gone

struct once_loaded {
    slice_loaded took;
    std::int64_t inserted = 0, retries = 0;
};

//> book
// A worker's session and its ledger: both after the fork.
struct session_and_ledger {
    session_and_ledger(const std::string& import, std::int64_t tried)
        : sessions(1), done(sessions, import), tries(tried) {}
    connection_pool sessions;
    ledger done;
    std::int64_t tries; // until it was there
};

// Tries as long as the server may come back.
static std::unique_ptr<session_and_ledger> open(const std::string& import) {
    back_off between;
    const auto again = [&, end = back_off::clock::now()
                                 + limit](const std::string& state) {
        return may_pass(state) && between.pause(end);
    };
    for (std::int64_t tries = 1;; ++tries)
        try {
            return std::make_unique<session_and_ledger>(import, tries);
        } catch (const no_connection& error) {
            if (!again(error.sqlstate))
                throw;
        } catch (const pg_error& error) {
            if (!again(error.sqlstate))
                throw;
        }
}
//< book

int main(int argc, char** argv) try {
    load_job job;
    std::int64_t batch = 1000;
    std::string import = "samples", start = "resume";
    load_options("load_once_processes", "Loads samples, each once.", job)
        .number("workers", job.workers, 1, 1000, "processes")
        .number("batch", batch, 1, 1'000'000'000, "rows per transaction")
        .text("import", import, "its name in the ledger")
        .choice("start", start, {"resume", "anew"},
                "go on with this import, or empty the table")
        .parse(argc, argv);
    stop_on_signals();
    samples_load load(job, start == "resume");
    const std::string name = fmt::format("{}: seed {}, {} rows by {}", import,
                                         job.seed, job.rows, batch);
    const sample_source source(static_cast<std::uint64_t>(job.seed));
    crew all(load, job.workers);
    per_process<session_and_ledger> mine([&] { return open(name); });
    mine.get(); // the parent's own, for the first batch
    load.start();
    const auto retries = [&] { // of this process so far
        return mine.is_there()
                   ? mine.get().done.retries() + mine.get().tries - 1
                   : 0;
    };
    const auto empty = [&](pg_connection& db) {
        db.run(fmt::format("TRUNCATE {}", samples_table));
        mine.get().done.forget_all_but(db, -1);
    };
    mine.get().done.once(-1, empty, limit);

    //> batches
    // A batch whose worker died is given to another one: the ledger tells it
    // whether there is something left to do.
    process_pool<slice, once_loaded> pool(
        [&](const slice& rows) {
            const auto copy = [&](pg_connection& db) {
                copy_rows(db, source, rows.first, rows.end,
                          [&] { load.row_begins(); });
            };
            once_loaded one{{}, 0, -retries()};
            one.took = all.work([&] {
                if (mine.get().done.once(rows.first / batch, copy, limit))
                    one.inserted = rows.end - rows.first;
            });
            one.retries += retries();
            return one;
        },
        {.workers = job.workers, .attempts = 1000});
    const auto loaded = all.map(pool, slices_of(job.rows, batch));
    //< batches
    load.stop();
    // What a worker has done that died before it could say so is not in it.
    once_loaded sum{{}, 0, retries()};
    for (const once_loaded& one : loaded) {
        sum.inserted += one.inserted;
        sum.retries += one.retries;
        load.count_elsewhere({one.took.cpu_us, one.took.waits},
                             one.took.round_trips);
    }
    pool.close();
    fmt::print("workers_started: {}\ninserted: {}\nretries: {}\n",
               pool.started(), sum.inserted, sum.retries);
    return load.finish({}, sum.inserted);
} catch (...) {
    return failed("load_once_processes");
}
