// load_loops_processes: load_loops with a process for each loop.
//
//     tools/with_postgres.sh build/bin/load_loops_processes --loops 2
#include "06-coroutines/async_load.hpp"

#include "01-processes/process.hpp"
#include "01-processes/shared_memory.hpp"

#include <thread>

struct what_children_tell {
    std::atomic<std::int64_t> connected = 0, ended = 0, round_trips = 0,
                              cpu_us = 0, waits = 0;
    std::atomic<bool> may_begin = false, may_go = false;
};

// (atomic::wait() is for threads of one process.)
template<class Condition>
static void wait_until(Condition condition) {
    while (!condition())
        std::this_thread::sleep_for(std::chrono::microseconds(100));
}

int main(int argc, char** argv) try {
    load_job job;
    std::int64_t connections = 48;
    job.workers = 2;
    load_options("load_loops_processes", "Loads samples in processes.", job)
        .number("loops", job.workers, 1, 64, "with a process each")
        .number("connections", connections, 1, 10'000, "in all")
        .parse(argc, argv);
    stop_on_signals();
    allow_descriptors(connections + 50);
    samples_load load(job);
    const sample_source source(static_cast<std::uint64_t>(job.seed));
    const auto shared = make_shared_memory<what_children_tell>();
    //> child
    // A connection does not survive a fork, so each child makes its own.
    const auto run_loop = [&](std::int64_t i) {
        const std::int64_t first = connections * i / job.workers,
                           end = connections * (i + 1) / job.workers;
        event_loop loop;
        const async_sessions sessions = loop.run(connect_all(end - first));
        ++shared->connected;
        wait_until([&] { return shared->may_begin.load(); });
        const used_up before = used_up::so_far();
        const std::int64_t trips = pg_connection::round_trips();
        loop.run(load_rows_by(sessions, source, job.rows * first / connections,
                              job.rows * end / connections, load));
        const used_up after = used_up::so_far();
        shared->cpu_us += std::int64_t(after.cpu_us - before.cpu_us);
        shared->waits += after.waits - before.waits;
        shared->round_trips += pg_connection::round_trips() - trips;
        ++shared->ended;
        wait_until([&] { return shared->may_go.load(); });
        return 0;
    };
    //< child
    std::vector<process> children;
    for (std::int64_t i = 0; i < job.workers; ++i)
        children.emplace_back([&, i] {
            try {
                return run_loop(i);
            } catch (...) {
                return failed("load_loops_processes");
            }
        });
    const auto all_alive = [&] {
        return std::all_of(children.begin(), children.end(),
                           [](process& child) { return child.alive(); });
    };
    wait_until(
        [&] { return shared->connected == job.workers || !all_alive(); });
    load.start();
    shared->may_begin = true;
    wait_until([&] { return shared->ended == job.workers || !all_alive(); });
    load.stop();
    shared->may_go = true;
    for (process& child : children) {
        child.join();
        const int code = child.exit_code().value_or(0); // the table will tell
        if (code > 0)
            return code; // it has said why
        if (code < 0)
            throw std::runtime_error("a child: " + child.how_it_ended());
    }
    load.count_elsewhere({double(shared->cpu_us), shared->waits},
                         shared->round_trips);
    return load.finish();
} catch (...) {
    return failed("load_loops_processes");
}
