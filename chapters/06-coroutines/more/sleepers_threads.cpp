// sleepers_threads: ten thousand threads that sleep at the same time. What the
// kernel keeps for each (its stack there, 16 KiB) comes on top.
//
//     build/bin/sleepers_threads --sleepers 10000
#include "06-coroutines/sleepers.hpp"

#include <atomic>
#include <thread>
#include <vector>

int main(int argc, char** argv) try {
    const sleepers_job job = parse_sleepers_job(argc, argv, "sleepers_threads",
                                                "threads", 10'000, 2000);
    std::atomic<std::int64_t> asleep = 0, woken = 0;
    const auto until =
        std::chrono::steady_clock::now() + std::chrono::milliseconds(job.ms);
    const std::int64_t before = memory_now();
    const stopwatch clock;
    double started = 0;
    std::int64_t kib = 0;
    {
        std::vector<std::jthread> threads;
        for (std::int64_t i = 0; i < job.sleepers; ++i)
            threads.emplace_back([&] {
                ++asleep;
                std::this_thread::sleep_until(until);
                ++woken;
            });
        while (asleep < job.sleepers)
            std::this_thread::yield();
        started = clock.seconds();
        kib = memory_now() - before;
        say_if_awake(woken == 0);
    }
    print_sleepers(job, kib, started, clock.seconds());
    return finish(woken.load(), job.sleepers);
} catch (...) {
    return failed("sleepers_threads");
}
