// load_retried: broken on purpose. load_once without its ledger: when a
// connection breaks, the batch is sent again. If it was the answer to COMMIT
// that got lost, its rows are there twice. Under tools/with_postgres.sh:
//
//     build/bin/delay_proxy --fault-at 32 --fault-unit commands
//         build/bin/load_retried
#include "connection_pool.hpp"
#include "samples_table.hpp"

int main(int argc, char** argv) try {
    load_job job;
    job.workers = 1;
    std::int64_t batch = 100;
    load_options("load_retried", "Loads samples, some of them twice.", job)
        .number("batch", batch, 1, 1'000'000'000, "rows per transaction")
        .parse(argc, argv);
    samples_load load(job);
    connection_pool sessions(1);
    const sample_source source(static_cast<std::uint64_t>(job.seed));
    constexpr std::chrono::seconds limit(30);
    std::int64_t retries = 0;

    load.start(sessions.free_sessions());
    //> batches
    for (std::int64_t first = 0; first < job.rows;) {
        const std::int64_t end = std::min(first + batch, job.rows);
        try {
            const auto db = sessions.acquire(limit);
            db->run("BEGIN");
            copy_rows(*db, source, first, end, [&] { load.row_begins(); });
            db->run("COMMIT");
            first = end;
        } catch (const pg_error& error) {
            if (!may_pass(error.sqlstate))
                throw;
            ++retries; // once more, then
        }
    }
    //< batches
    fmt::print("retries: {}\n", retries);
    return load.finish_broken(sessions.free_sessions());
} catch (...) {
    return failed("load_retried");
}
