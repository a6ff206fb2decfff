// load_lazy_coroutines: a few processes, and in each of them a loop with many
// connections, which it makes when it has something to load: all at once, for
// none of them waits for another one.
//
//     tools/with_postgres.sh build/bin/load_lazy_coroutines --workers 2
#include "process_load.hpp"

#include "05-io-bound/loopback.hpp"
#include "06-coroutines/async_load.hpp"

//> sessions
struct loop_with_sessions {
    explicit loop_with_sessions(std::int64_t count)
        : sessions(loop.run(connect_all(count))) {}
    event_loop loop;
    async_sessions sessions;
};
//< sessions

int main(int argc, char** argv) try {
    process_job job;
    job.workers = 2;
    std::int64_t connections = 48;
    load_options("load_lazy_coroutines", "Loads samples, by tasks.", job)
        .number("workers", job.workers, 1, 1000, "processes")
        .number("connections", connections, 1, 10'000,
                "in all; as many in each process, so rounded up")
        .choice("warm-up", job.warm_up, {"no", "yes"},
                "all workers have connected when the clock starts")
        .parse(argc, argv);
    stop_on_signals();
    allow_descriptors(connections + 50);
    samples_load load(job);
    const sample_source source(static_cast<std::uint64_t>(job.seed));
    crew all(load, job.workers);
    const std::int64_t each = (connections + job.workers - 1) / job.workers;
    //> pool
    per_process<loop_with_sessions> mine(
        [&] { return std::make_unique<loop_with_sessions>(each); });
    process_pool<slice, slice_loaded> pool(
        [&](const slice& rows) {
            return all.work([&] {
                auto& [loop, sessions] = mine.get();
                loop.run(
                    load_rows_by(sessions, source, rows.first, rows.end, load));
                if (rows.end == 0) // the warm-up
                    all.meet();
            });
        },
        {.workers = job.workers});
    //< pool
    // An equal part for each worker, and in it for each connection.
    return load_by(
        pool, load, all, job,
        slices_of(job.rows, (job.rows + job.workers - 1) / job.workers));
} catch (...) {
    return failed("load_lazy_coroutines");
}
