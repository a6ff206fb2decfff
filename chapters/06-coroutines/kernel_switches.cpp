// kernel_switches: two that take turns on one core, as tasks and as threads.
// How often does the kernel switch?
//
//     build/bin/kernel_switches --turns 20000
#include "async_event.hpp"
#include "event_loop.hpp"
#include "frames.hpp"
#include "task_group.hpp"

#include "01-processes/shared_memory.hpp"
#include "02-threads/thread_pool.hpp"
#include "common/cli.hpp"
#include "common/stopwatch.hpp"
#include "common/workers.hpp"

#include <sys/resource.h>

#include <atomic>

// Of this process so far; what we gave up by waiting, and what was taken.
struct switches {
    std::int64_t waited = 0, taken = 0;
};
static switches kernel_switches() {
    rusage used = {};
    check(::getrusage(RUSAGE_SELF, &used), "getrusage");
    return {used.ru_nvcsw, used.ru_nivcsw};
}
static void print(const char* who, const switches& before, double seconds,
                  std::int64_t turns) {
    const switches now = kernel_switches();
    fmt::print("{0}_waits: {1}\n{0}_taken: {2}\n{0}_turn_ns: {3:.0f}\n", who,
               now.waited - before.waited, now.taken - before.taken,
               1e9 * seconds / double(turns));
}

// Each lets the other one go on, and waits for its turn.
//> turns
static task<void> task_turns(async_event& mine, async_event& others,
                             std::int64_t turns, std::int64_t& count) {
    for (std::int64_t i = 0; i < turns; ++i) {
        co_await mine.wait();
        mine.clear();
        ++count;
        others.set();
    }
}
static void thread_turns(shared_semaphore& mine, shared_semaphore& others,
                         std::int64_t turns, std::atomic<std::int64_t>& count) {
    for (std::int64_t i = 0; i < turns; ++i) {
        mine.acquire();
        ++count;
        others.release();
    }
}
//< turns

int main(int argc, char** argv) try {
    std::int64_t turns = 20'000, count = 0;
    std::atomic<std::int64_t> thread_count = 0;
    cli("kernel_switches", "Counts the kernel's switches.")
        .number("turns", turns, 1, 10'000'000, "of each")
        .parse(argc, argv);
    fmt::print("two tasks, then two threads, on one core: {} turns each\n",
               turns);
    use_one_core(); // else the threads would wait for the other core to wake up
    async_event first, second;
    first.set();
    auto both = [&](task_group& group) -> task<void> {
        group.spawn(task_turns(first, second, turns, count));
        group.spawn(task_turns(second, first, turns, count));
        co_return;
    };
    switches before = kernel_switches();
    const stopwatch by_tasks;
    event_loop().run(in_group(both));
    print("tasks", before, by_tasks.seconds(), 2 * turns);

    thread_pool pool(2);
    shared_semaphore one(1), other(0);
    before = kernel_switches();
    const stopwatch by_threads;
    auto a =
        pool.submit([&] { thread_turns(one, other, turns, thread_count); });
    auto b =
        pool.submit([&] { thread_turns(other, one, turns, thread_count); });
    a.get();
    b.get();
    print("threads", before, by_threads.seconds(), 2 * turns);
    print_coroutine_frames();
    return finish(count + thread_count, 4 * turns);
} catch (...) {
    return failed("kernel_switches");
}
