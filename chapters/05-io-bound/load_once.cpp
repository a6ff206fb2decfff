// load_once: threads, COPY, and a ledger. Kill it, cut its connections, restart
// the server: run the same command again, and each row is there exactly once.
//
//     tools/with_postgres.sh build/bin/load_once --rows 100000
#include "02-threads/thread_pool.hpp"
#include "ledger.hpp"
#include "samples_table.hpp"

int main(int argc, char** argv) try {
    load_job job;
    std::int64_t batch = 1000;
    std::string import = "samples", start = "resume";
    load_options("load_once", "Loads samples, each exactly once.", job)
        .number("workers", job.workers, 1, 1024, "threads and connections")
        .number("batch", batch, 1, 1'000'000'000, "rows per transaction")
        .text("import", import, "its name in the ledger")
        .choice("start", start, {"resume", "anew"},
                "go on with this import, or empty the table")
        .parse(argc, argv);
    samples_load load(job, start == "resume");
    connection_pool sessions(job.workers);
    // All that decides which row is in which batch belongs to the name.
    ledger done(sessions, fmt::format("{}: seed {}, {} rows by {}", import,
                                      job.seed, job.rows, batch));
    const sample_source source(static_cast<std::uint64_t>(job.seed));
    constexpr std::chrono::seconds limit(30); // for a server that has gone
    std::atomic<std::int64_t> inserted = 0;

    load.start(sessions.free_sessions());
    //> batches
    // To empty the table is the first batch: it happens once, too.
    const auto empty = [&](pg_connection& db) {
        db.run(fmt::format("TRUNCATE {}", samples_table));
        done.forget_all_but(db, -1);
    };
    done.once(-1, empty, limit);
    thread_pool pool(job.workers);
    pool.parallel_for((job.rows + batch - 1) / batch, 1, [&](std::int64_t i) {
        const std::int64_t first = i * batch,
                           end = std::min(first + batch, job.rows);
        const auto copy = [&](pg_connection& db) {
            copy_rows(db, source, first, end, [&] { load.row_begins(); });
        };
        if (done.once(i, copy, limit))
            inserted += end - first;
    });
    //< batches
    fmt::print("inserted: {}\nretries: {}\n", inserted.load(), done.retries());
    return load.finish(sessions.free_sessions(), inserted);
} catch (...) {
    return failed("load_once");
}
