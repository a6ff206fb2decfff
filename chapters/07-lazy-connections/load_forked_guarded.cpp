// load_forked_guarded: load_forked_connection with our pg_connection, which
// knows the process that it belongs to: the child gets an error, and its
// parent's conversation goes on undisturbed.
//
//     tools/with_postgres.sh build/bin/load_forked_guarded --rows 1000
#include "01-processes/process.hpp"
#include "05-io-bound/samples_table.hpp"

int main(int argc, char** argv) try {
    load_job job;
    job.rows = 1'000;
    job.workers = 1;
    load_options("load_forked_guarded", "A child tries a connection.", job)
        .parse(argc, argv);
    stop_on_signals();
    samples_load load(job);
    pg_connection& db = load.session();
    prepare_insert(db);
    const sample_source source(static_cast<std::uint64_t>(job.seed));

    load.start();
    //> fork
    process child([&] {
        const pg_connection copy = std::move(db); // whose end is not the end
        try {
            copy.quoted_name("a name"); // whatever needs libpq's handle
        } catch (const std::logic_error& error) {
            fmt::print("child_was_told: {}\n", error.what());
            return 0;
        }
        return 4;
    });
    for (std::int64_t row = 0; row < job.rows; ++row) {
        load.row_begins();
        const row_as_text values(source, row);
        db.execute("insert_sample", values.columns());
    }
    //< fork
    child.join();
    if (child.exit_code() != 0)
        throw wrong_result("the child was not refused");
    return load.finish();
} catch (...) {
    return failed("load_forked_guarded");
}
