// load_batches: load_one_commit with a commit for every thousand rows. If
// somebody dies, whole batches are there and nothing else.
//
//     tools/with_postgres.sh build/bin/load_batches --rows 10000 --batch 1000
#include "05-io-bound/samples_table.hpp"

int main(int argc, char** argv) try {
    load_job job;
    job.workers = 1;
    std::int64_t batch = 1000;
    load_options("load_batches", "Loads samples, a commit per batch.", job)
        .number("batch", batch, 1, 1'000'000'000, "rows per commit")
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
        if (row > 0 && row % batch == 0) {
            db.run("COMMIT");
            db.run("BEGIN");
        }
        const row_as_text values(source, row);
        db.execute("insert_sample", values.columns());
    }
    db.run("COMMIT");
    //< loop
    return load.finish();
} catch (...) {
    return failed("load_batches");
}
