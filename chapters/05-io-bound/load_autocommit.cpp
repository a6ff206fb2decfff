// load_autocommit: load_naive without BEGIN and COMMIT. A statement alone is a
// transaction: still a flush per row, and one round trip instead of three.
//
//     tools/with_postgres.sh build/bin/load_autocommit --rows 10000
#include "samples_table.hpp"

int main(int argc, char** argv) try {
    load_job job;
    job.workers = 1;
    load_options("load_autocommit", "Loads samples, a statement per row.", job)
        .parse(argc, argv);
    samples_load load(job);
    pg_connection& db = load.session();
    const sample_source source(static_cast<std::uint64_t>(job.seed));
    prepare_insert(db);
    load.start();
    //> loop
    for (std::int64_t row = 0; row < job.rows; ++row) {
        load.row_begins();
        const row_as_text values(source, row);
        db.execute("insert_sample", values.columns());
    }
    //< loop
    return load.finish();
} catch (...) {
    return failed("load_autocommit");
}
