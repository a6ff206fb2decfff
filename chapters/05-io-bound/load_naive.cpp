// load_naive: one row after the other, each in a transaction of its own: BEGIN,
// INSERT, COMMIT. Three round trips and one flush of the log per row.
//
//     tools/with_postgres.sh build/bin/load_naive --rows 10000
#include "samples_table.hpp"

int main(int argc, char** argv) try {
    load_job job;
    job.workers = 1;
    load_options("load_naive", "Loads samples, a transaction per row.", job)
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
        db.run("BEGIN");
        db.execute("insert_sample", values.columns());
        db.run("COMMIT");
    }
    //< loop
    return load.finish();
} catch (...) {
    return failed("load_naive");
}
