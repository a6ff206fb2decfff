// load_loops: load_coroutines in several threads: each has a loop, and a part
// of the connections and of the rows.
//
//     tools/with_postgres.sh build/bin/load_loops --loops 2 --connections 48
#include "async_load.hpp"

#include "02-threads/thread_pool.hpp"

int main(int argc, char** argv) try {
    load_job job;
    std::int64_t connections = 48;
    job.workers = 2;
    load_options("load_loops", "Loads samples in several loops.", job)
        .number("loops", job.workers, 1, 64, "with a thread each")
        .number("connections", connections, 1, 10'000, "in all")
        .parse(argc, argv);
    stop_on_signals();
    allow_descriptors(connections + 3 * job.workers + 50);
    samples_load load(job);
    const sample_source source(static_cast<std::uint64_t>(job.seed));
    const async_sessions sessions = event_loop().run(connect_all(connections));
    thread_pool pool(job.workers);
    load.start(as_blocking(sessions));
    //> loops
    // A connection belongs to no loop: it is waited for in the one that asks.
    pool.parallel_for(job.workers, 1, [&](std::int64_t i) {
        const std::int64_t first = connections * i / job.workers,
                           end = connections * (i + 1) / job.workers;
        event_loop().run(
            load_rows_by(std::span(sessions).subspan(std::size_t(first),
                                                     std::size_t(end - first)),
                         source, job.rows * first / connections,
                         job.rows * end / connections, load));
    });
    //< loops
    return load.finish(as_blocking(sessions));
} catch (...) {
    return failed("load_loops");
}
