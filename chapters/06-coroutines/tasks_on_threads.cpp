// tasks_on_threads: a loop in each thread. Tasks of different loops run at the
// same time, and what they share needs a lock, or an atomic, again.
//
//     build/bin/tasks_on_threads --workers 2 --tasks 1000 --steps 100
#include "event_loop.hpp"
#include "frames.hpp"
#include "task_group.hpp"

#include "02-threads/thread_pool.hpp"
#include "common/cli.hpp"
#include "common/stopwatch.hpp"
#include "common/workers.hpp"

#include <atomic>
#include <vector>

//> loops
static task<void> count(std::int64_t steps, std::atomic<std::int64_t>& sum) {
    for (std::int64_t i = 0; i < steps; ++i) {
        ++sum; // an ordinary variable would do in one thread
        co_await next_turn();
    }
}

static frame_counts run_loop(std::int64_t tasks, std::int64_t steps,
                             std::atomic<std::int64_t>& sum) {
    auto body = [&](task_group& group) -> task<void> {
        for (std::int64_t i = 0; i < tasks; ++i)
            group.spawn(count(steps, sum));
        co_return;
    };
    const frame_counts before = frames; // a thread may run several loops
    event_loop().run(in_group(body));
    return {frames.created - before.created,
            frames.destroyed - before.destroyed};
}
//< loops

int main(int argc, char** argv) try {
    std::int64_t workers = default_workers(), tasks = 1000, steps = 1000;
    cli("tasks_on_threads", "Runs tasks in several loops.")
        .number("workers", workers, 1, 1024, "threads, with a loop each")
        .number("tasks", tasks, 1, 1'000'000, "in all")
        .number("steps", steps, 1, 1'000'000, "of each task")
        .parse(argc, argv);
    fmt::print("{} tasks of {} steps, in {} loops\n", tasks, steps, workers);
    std::atomic<std::int64_t> sum = 0;
    thread_pool pool(workers);
    std::vector<pool_future<frame_counts>> loops;
    const stopwatch clock;
    for (std::int64_t i = 0; i < workers; ++i) {
        const std::int64_t mine =
            tasks * (i + 1) / workers - tasks * i / workers;
        loops.push_back(
            pool.submit([&, mine] { return run_loop(mine, steps, sum); }));
    }
    frame_counts all;
    for (pool_future<frame_counts>& one : loops) {
        const frame_counts counts = one.get();
        all.created += counts.created;
        all.destroyed += counts.destroyed;
    }
    fmt::print("step_ns: {:.0f}\n",
               1e9 * clock.seconds() / double(tasks * steps));
    print_coroutine_frames(all);
    return finish(sum.load(), tasks * steps);
} catch (...) {
    return failed("tasks_on_threads");
}
