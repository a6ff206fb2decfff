// load_copy_batches: load_copy with a transaction for every thousand rows. If
// it dies in the middle, whole batches are there and nothing else.
//
//     tools/with_postgres.sh build/bin/load_copy_batches --rows 100000
#include "05-io-bound/samples_table.hpp"

int main(int argc, char** argv) try {
    constexpr std::int64_t batch = 1000;
    load_job job;
    job.workers = 1;
    load_options("load_copy_batches",
                 "Loads samples by COPY, a transaction per 1,000 rows.", job)
        .parse(argc, argv);
    samples_load load(job);
    pg_connection& db = load.session();
    const sample_source source(static_cast<std::uint64_t>(job.seed));

    load.start();
    for (std::int64_t first = 0; first < job.rows; first += batch)
        // A COPY outside of BEGIN and COMMIT is a transaction of its own.
        copy_rows(db, source, first, std::min(first + batch, job.rows),
                  [&] { load.row_begins(); });
    return load.finish();
} catch (...) {
    return failed("load_copy_batches");
}
