// load_copy: all rows as one stream, in one transaction: PostgreSQL's COPY.
// What a loader does when nobody has to see the rows one by one.
//
//     tools/with_postgres.sh build/bin/load_copy --rows 1000000
#include "samples_table.hpp"

int main(int argc, char** argv) try {
    load_job job;
    job.workers = 1;
    load_options("load_copy", "Loads samples by COPY, in one transaction.", job)
        .parse(argc, argv);
    samples_load load(job);
    pg_connection& db = load.session();
    const sample_source source(static_cast<std::uint64_t>(job.seed));

    load.start();
    copy_rows(db, source, 0, job.rows, [&] { load.row_begins(); });
    return load.finish();
} catch (...) {
    return failed("load_copy");
}
