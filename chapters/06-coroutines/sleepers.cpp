// sleepers: a hundred thousand tasks that sleep at the same time, in one
// thread. How much memory is each?
//
//     build/bin/sleepers --sleepers 100000
#include "sleepers.hpp"

#include "event_loop.hpp"
#include "frames.hpp"
#include "task_group.hpp"

static event_loop::clock::time_point until;
static std::int64_t woken = 0;

//> sleep
static task<void> sleeper() {
    co_await sleep_until(until);
    ++woken;
}

static task<void> sleep_all(const sleepers_job& job) {
    until = event_loop::clock::now() + std::chrono::milliseconds(job.ms);
    const std::int64_t before = memory_now();
    const stopwatch clock;
    double started = 0;
    std::int64_t kib = 0;
    auto body = [&](task_group& group) -> task<void> {
        for (std::int64_t i = 0; i < job.sleepers; ++i) {
            group.spawn(sleeper());
            if (i % 1000 == 0)
                co_await next_turn(); // those that there are fall asleep
        }
        co_await next_turn();
        started = clock.seconds();
        kib = memory_now() - before;
        say_if_awake(woken == 0);
    };
    co_await in_group(body);
    print_sleepers(job, kib, started, clock.seconds());
}
//< sleep

int main(int argc, char** argv) try {
    const sleepers_job job =
        parse_sleepers_job(argc, argv, "sleepers", "tasks", 100'000, 500);
    event_loop().run(sleep_all(job));
    print_coroutine_frames();
    return finish(woken, job.sleepers);
} catch (...) {
    return failed("sleepers");
}
