// load_lazy: load_naive in a pool of processes. Each connects when it has
// something to load: nobody before, and a worker without work never.
//
//     tools/with_postgres.sh build/bin/load_lazy --workers 8
#include "process_load.hpp"

int main(int argc, char** argv) try {
    process_job job;
    process_options("load_lazy", "Loads samples, a connection a process.", job)
        .parse(argc, argv);
    stop_on_signals();
    samples_load load(job);
    const sample_source source(static_cast<std::uint64_t>(job.seed));
    crew all(load, job.workers);
    //> pool
    lazy_connection db(prepare_insert); // nobody has connected by now
    process_pool<slice, slice_loaded> pool(
        [&](const slice& rows) {
            return all.work([&] {
                load_slice(load, db.get(), source, rows);
                if (rows.end == 0) // the warm-up
                    all.meet();
            });
        },
        {.workers = job.workers});
    //< pool
    return load_by(pool, load, all, job, slices_of(job.rows, job.batch));
} catch (...) {
    return failed("load_lazy");
}
