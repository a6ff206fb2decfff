// gil_countdown: one thread counts down in bytecode; then several do, who share
// the counts and one lock. Beazley's experiment.
//
//     build/bin/gil_countdown --gil new --workers 2
#include "common/check.hpp"
#include "common/stopwatch.hpp"
#include "countdown.hpp"
#include "gil_options.hpp"
#include "quiet.hpp"

int main(int argc, char** argv) try {
    gil_job job;
    std::int64_t counts = 5'000'000;
    gil_options("gil_countdown", "Counts down, in threads under a GIL.", job)
        .number("counts", counts, 1, 1'000'000'000, "of all together")
        .parse(argc, argv);
    fmt::print("{} counts, workers: {}, {}\n", counts, job.workers,
               described(job));
    std::int64_t done = 0;
    gil_counts happened;
    // With a lock of its own, or it would pay for threads to come.
    const auto count = [&](std::int64_t threads) {
        const stopwatch clock;
        with_gil(job, threads, [&](auto& gil) {
            done += count_in_threads(gil, threads, counts);
            happened = gil.counts();
        });
        return clock.seconds();
    };
    const quiet_cores cores;
    const double alone = count(1);
    const double together = count(job.workers);
    print_counts(happened);
    if (cores.print()) {
        fmt::print("alone_s: {:.4f}\ncount_s: {:.4f}\n", alone, together);
        fmt::print("slower: {:.3f}\n", together / alone);
        if (happened.handoffs > 0)
            fmt::print("handoff_period_ms: {:.3f}\n",
                       1e3 * together / double(happened.handoffs));
    }
    return finish(done, 2 * counts);
} catch (...) {
    return failed("gil_countdown");
}
