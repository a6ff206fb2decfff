// load_threads: the loop of load_naive in several threads, each with a
// connection and a slice of the rows of its own.
//
//     tools/with_postgres.sh build/bin/load_threads --workers 16
#include "samples_table.hpp"

#include <atomic>
#include <future>
#include <vector>

//> worker
// Loads rows [first, end), each in a transaction of its own. Nobody else uses
// `db` meanwhile: a connection carries one conversation.
static void load_slice(pg_connection& db, sample_source source,
                       std::int64_t first, std::int64_t end,
                       std::atomic<bool>& stop) try {
    prepare_insert(db);
    for (std::int64_t row = first; row < end && !stop; ++row) {
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
    const auto workers = static_cast<std::size_t>(job.workers);
    std::vector<pg_connection> sessions(workers);
    const sample_source source(static_cast<std::uint64_t>(job.seed));

    std::atomic<bool> stop = false;
    load.start();
    std::vector<std::future<void>> threads;
    for (std::size_t w = 0; w < workers; ++w) {
        const auto slice = static_cast<std::int64_t>(w);
        threads.push_back(
            std::async(std::launch::async, load_slice, std::ref(sessions[w]),
                       source, job.rows * slice / job.workers,
                       job.rows * (slice + 1) / job.workers, std::ref(stop)));
    }
    for (std::future<void>& thread : threads)
        thread.get(); // throws what the thread threw
    return load.finish(sessions);
} catch (...) {
    return failed("load_threads");
}
