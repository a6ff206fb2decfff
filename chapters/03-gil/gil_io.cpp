// gil_io: threads that wait for something outside, here for a clock, and need
// the lock for a moment only. Does it stand in their way?
//
//     build/bin/gil_io --workers 10
#include "common/check.hpp"
#include "common/stopwatch.hpp"
#include "countdown.hpp"
#include "gil_options.hpp"

int main(int argc, char** argv) try {
    gil_job job;
    job.workers = 10;
    std::int64_t waits = 100, wait_us = 2000, counts = 1000;
    gil_options("gil_io", "Waits, in threads under a GIL.", job)
        .number("waits", waits, 1, 1'000'000, "of all together")
        .number("wait-us", wait_us, 0, 1'000'000, "how long each takes")
        .number("counts", counts, 0, 1'000'000, "counted after each wait")
        .parse(argc, argv);
    fmt::print("{} waits of {} us, workers: {}, {}\n", waits, wait_us,
               job.workers, described(job));
    std::atomic<std::int64_t> counted = 0, next = 0;
    const stopwatch clock;
    with_gil(job, job.workers, [&](auto& gil) {
        const auto work = [&](std::int64_t, const std::stop_token&) {
            while (next++ < waits) {
                //> wait
                without_gil(gil, [&] {
                    std::this_thread::sleep_for(
                        std::chrono::microseconds(wait_us));
                });
                counted += interpreter(gil).run(countdown, counts);
                //< wait
            }
        };
        start_holding(gil, job.workers, work); // joined at once
        print_counts(gil.counts());
    });
    const double seconds = clock.seconds();
    fmt::print("elapsed_s: {:.4f}\n", seconds);
    fmt::print("waits_at_once: {:.1f}\n",
               1e-6 * double(waits * wait_us) / seconds);
    return finish(counted.load(), waits * counts);
} catch (...) {
    return failed("gil_io");
}
