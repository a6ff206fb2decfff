// load_processes: as load_lazy, but a worker connects first of all, by the
// pool's initializer, whether there will be work for it or not.
//
//     tools/with_postgres.sh build/bin/load_processes --workers 8
#include "process_load.hpp"

int main(int argc, char** argv) try {
    process_job job;
    job.warm_up = "yes";
    process_options("load_processes", "Loads samples, in processes.", job)
        .parse(argc, argv);
    stop_on_signals();
    samples_load load(job);
    const sample_source source(static_cast<std::uint64_t>(job.seed));
    crew all(load, job.workers);
    //> pool
    std::unique_ptr<pg_connection> db; // a worker's own: in the parent it is 0
    process_pool<slice, slice_loaded> pool(
        [&](const slice& rows) {
            return all.work([&] {
                load_slice(load, *db, source, rows);
                if (rows.end == 0) // the warm-up
                    all.meet();
            });
        },
        {.workers = job.workers, .initializer = [&] {
             all.work([&] {
                 db = connect_within(std::chrono::seconds(5), prepare_insert);
             });
         }});
    //< pool
    return load_by(pool, load, all, job, slices_of(job.rows, job.batch));
} catch (...) {
    return failed("load_processes");
}
