// load_one_commit: all rows in one transaction. A round trip per row, and one
// flush for all of them: what is not committed is gone if somebody dies.
//
//     tools/with_postgres.sh build/bin/load_one_commit --rows 10000
#include "samples_table.hpp"

int main(int argc, char** argv) try {
    load_job job;
    job.workers = 1;
    load_options("load_one_commit", "Loads samples, one transaction.", job)
        .parse(argc, argv);
    samples_load load(job);
    pg_connection& db = load.session();
    const sample_source source(static_cast<std::uint64_t>(job.seed));
    prepare_insert(db);
    load.start();
    //> loop
    db.run("BEGIN");
    for (std::int64_t row = 0; row < job.rows; ++row) {
        load.row_begins();
        const row_as_text values(source, row);
        db.execute("insert_sample", values.columns());
    }
    db.run("COMMIT");
    //< loop
    return load.finish();
} catch (...) {
    return failed("load_one_commit");
}
