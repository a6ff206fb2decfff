// waiting_process: three processes on one core. One computes for ever, one
// waits for input, one wakes up every 10 ms: do they let each other live?
//
//     build/bin/waiting_process --ms 300
#include "01-processes/pipe_queue.hpp"
#include "01-processes/process.hpp"
#include "01-processes/shared_memory.hpp"
#include "common/cli.hpp"
#include "common/stopwatch.hpp"
#include "common/workers.hpp"

#include <atomic>
#include <thread>

// Of a child that runs.
static double cpu_ms_of(const process& child) {
    clockid_t clock = 0;
    if (::clock_getcpuclockid(child.pid(), &clock) != 0)
        throw std::runtime_error("no processor time of a child");
    return cpu_ms(clock);
}

int main(int argc, char** argv) try {
    std::int64_t ms = 300;
    cli("waiting_process", "Watches processes that share a core.")
        .number("ms", ms, 50, 60'000, "to watch")
        .parse(argc, argv);
    fmt::print("3 processes on one core, for {} ms\n", ms);
    use_one_core(); // the children too
    const auto ticks = make_shared_memory<std::atomic<std::int64_t>>();
    const auto spins = make_shared_memory<std::atomic<std::int64_t>>();
    pipe_queue<char> nothing;
    //> three
    process busy([&]() -> int {
        for (;;)
            ++*spins;
    });
    process waiting([&] { return nothing.get().has_value(); });
    process ticking([&]() -> int {
        for (;; ++*ticks)
            std::this_thread::sleep_for(std::chrono::milliseconds(10));
    });
    //< three
    std::this_thread::sleep_for(std::chrono::milliseconds(ms));
    fmt::print("busy_cpu_ms: {:.0f}\n", cpu_ms_of(busy));
    fmt::print("waiting_cpu_ms: {:.1f}\n", cpu_ms_of(waiting));
    fmt::print("ticks: {}\n", ticks->load());
    const bool all = ticks->load() > 0 && spins->load() > 0
                     && cpu_ms_of(waiting) < double(ms) / 10;
    return finish<std::string>(all ? "all live" : "somebody starves",
                               "all live");
} catch (...) {
    return failed("waiting_process");
}
