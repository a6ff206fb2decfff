// sleepers_processes: two thousand processes that sleep at the same time.
//
//     build/bin/sleepers_processes --sleepers 2000
#include "06-coroutines/sleepers.hpp"

#include "01-processes/process.hpp"
#include "01-processes/shared_memory.hpp"

#include <atomic>
#include <thread>
#include <vector>

int main(int argc, char** argv) try {
    const sleepers_job job = parse_sleepers_job(
        argc, argv, "sleepers_processes", "processes", 2000, 3000);
    const auto asleep = make_shared_memory<std::atomic<std::int64_t>>();
    std::int64_t woken = 0;
    const auto until =
        std::chrono::steady_clock::now() + std::chrono::milliseconds(job.ms);
    const std::int64_t before = memory_now();
    const stopwatch clock;
    std::vector<process> children;
    for (std::int64_t i = 0; i < job.sleepers; ++i)
        children.emplace_back([&] {
            ++*asleep;
            std::this_thread::sleep_until(until);
            return 0;
        });
    const auto all_alive = [&] {
        return std::all_of(children.begin(), children.end(),
                           [](process& child) { return child.alive(); });
    };
    while (*asleep < job.sleepers && all_alive())
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    const double started = clock.seconds();
    const std::int64_t kib = memory_now() - before;
    say_if_awake(all_alive());
    for (process& child : children) {
        child.join();
        woken += child.exit_code() == 0 ? 1 : 0;
    }
    print_sleepers(job, kib, started, clock.seconds());
    return finish(woken, job.sleepers);
} catch (...) {
    return failed("sleepers_processes");
}
