// gil_countdown: threads count down in bytecode, and share one lock. Beazley's
// experiment.
//
//     build/bin/gil_countdown --gil new --workers 2
#include "common/check.hpp"
#include "common/stopwatch.hpp"
#include "countdown.hpp"
#include "gil_options.hpp"
#include "quiet.hpp"

int main(int argc, char** argv) try {
    gil_job job;
    std::int64_t counts = 10'000'000;
    gil_options("gil_countdown", "Counts down, in threads under a GIL.", job)
        .number("counts", counts, 1, 1'000'000'000, "of all together")
        .parse(argc, argv);
    fmt::print("{} counts, workers: {}, gil: {}, interval {} us\n", counts,
               job.workers, job.gil, job.interval_us);
    const quiet_cores cores;
    const stopwatch clock;
    gil_counts happened;
    const std::int64_t done = with_gil(job, job.workers, [&](auto& gil) {
        const std::int64_t sum = count_in_threads(gil, job.workers, counts);
        happened = gil.counts();
        return sum;
    });
    const double seconds = clock.seconds();
    print_counts(happened);
    if (cores.print()) {
        fmt::print("count_s: {:.4f}\n", seconds);
        if (happened.handoffs > 0)
            fmt::print("handoff_period_ms: {:.3f}\n",
                       1e3 * seconds / double(happened.handoffs));
    }
    return finish(done, counts);
} catch (...) {
    return failed("gil_countdown");
}
