// load_coroutines: load_threads with tasks: each has a connection of its own,
// and a transaction per row; all are in one thread.
//
//     tools/with_postgres.sh build/bin/load_coroutines --connections 48
#include "async_load.hpp"

int main(int argc, char** argv) try {
    load_job job;
    job.workers = 16;
    load_options("load_coroutines", "Loads samples, a connection a task.", job)
        .number("connections", job.workers, 1, 10'000, "and tasks")
        .parse(argc, argv);
    stop_on_signals();
    allow_descriptors(job.workers + 50);
    samples_load load(job);
    const sample_source source(static_cast<std::uint64_t>(job.seed));
    //> load
    event_loop loop;
    const async_sessions sessions = loop.run(connect_all(job.workers));
    load.start(as_blocking(sessions));
    loop.run(load_rows_by(sessions, source, 0, job.rows, load));
    //< load
    print_coroutine_frames();
    return load.finish(as_blocking(sessions));
} catch (...) {
    return failed("load_coroutines");
}
