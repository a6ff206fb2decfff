// sleeping_threads: threads that sleep at the same time, on one core. They
// take no longer than one of them, and no processor time.
//
//     build/bin/sleeping_threads --workers 100
#include "common/check.hpp"
#include "common/cli.hpp"
#include "common/stopwatch.hpp"
#include "common/workers.hpp"

#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

int main(int argc, char** argv) try {
    std::int64_t workers = 100, nap_ms = 100;
    cli("sleeping_threads", "Sleeps in many threads at once.")
        .number("workers", workers, 1, 10'000, "threads")
        .number("nap-ms", nap_ms, 1, 60'000, "of each")
        .parse(argc, argv);
    fmt::print("{} threads on one core, a nap of {} ms each\n", workers,
               nap_ms);
    use_one_core();
    const stopwatch clock;
    std::atomic<std::int64_t> slept = 0;
    std::vector<std::jthread> threads;
    for (std::int64_t i = 0; i < workers; ++i)
        threads.emplace_back([&] {
            std::this_thread::sleep_for(std::chrono::milliseconds(nap_ms));
            ++slept;
        });
    threads.clear(); // joins all
    fmt::print("elapsed_ms: {:.0f}\n", clock.seconds() * 1e3);
    fmt::print("naps_ms: {}\n", workers * nap_ms);
    fmt::print("cpu_ms: {:.0f}\n", cpu_ms(CLOCK_PROCESS_CPUTIME_ID));
    return finish(slept.load(), workers);
} catch (...) {
    return failed("sleeping_threads");
}
