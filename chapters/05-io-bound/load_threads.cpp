// load_threads: the loop of load_naive in several threads, each with a
// connection of a pool and a slice of the rows of its own.
//
//     tools/with_postgres.sh build/bin/load_threads --workers 16
#include "02-threads/thread_pool.hpp"
#include "connection_pool.hpp"
#include "samples_table.hpp"

#include <atomic>

//> worker
// Loads rows [first, end), each in a transaction of its own. Nobody else uses
// `db` meanwhile: a connection carries one conversation.
static void load_slice(samples_load& load, pg_connection& db,
                       sample_source source, std::int64_t first,
                       std::int64_t end, std::atomic<bool>& stop) try {
    for (std::int64_t row = first; row < end && !stop; ++row) {
        load.row_begins();
        const row_as_text values(source, row);
        db.run("BEGIN");
        db.execute("insert_sample", values.columns());
        db.run("COMMIT");
    }
} catch (...) {
    stop = true; // a load that is incomplete needs no more rows
    throw;
}
//< worker

int main(int argc, char** argv) try {
    load_job job;
    load_options("load_threads", "Loads samples, a connection per thread.", job)
        .number("workers", job.workers, 1, 1024, "threads and connections")
        .parse(argc, argv);
    samples_load load(job);
    connection_pool sessions(job.workers, prepare_insert);
    const sample_source source(static_cast<std::uint64_t>(job.seed));
    thread_pool pool(job.workers);

    constexpr std::chrono::milliseconds limit(5000);
    std::atomic<bool> stop = false;
    load.start(sessions.free_sessions());
    //> slices
    pool.parallel_for(job.workers, 1, [&](std::int64_t slice) {
        load_slice(load, *sessions.acquire(limit), source,
                   job.rows * slice / job.workers,
                   job.rows * (slice + 1) / job.workers, stop);
    });
    //< slices
    return load.finish(sessions.free_sessions());
} catch (...) {
    return failed("load_threads");
}
