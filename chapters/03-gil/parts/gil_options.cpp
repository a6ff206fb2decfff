#include "../gil_options.hpp"

#include <fmt/core.h>

cli gil_options(const char* program, const char* what, gil_job& job,
                std::int64_t least_workers) {
    cli options(program, what);
    options
        .choice("gil", job.gil, {"old", "new", "fair", "none"},
                "Python 2's, 3's, one with a queue, none")
        .number("interval-us", job.interval_us, 1, 1'000'000,
                "new, fair: until a waiter asks")
        .number("force", job.force, 0, 1, "new: 0: no forced switching")
        .number("ticks", job.ticks, 1, 1'000'000,
                "old: instructions between two checks")
        .number("tax", job.tax, 0, 1000, "none: empty steps an instruction")
        .number("workers", job.workers, least_workers, 1024,
                "threads that compute");
    return options;
}

std::string described(const gil_job& job) {
    if (job.gil == "old")
        return fmt::format("gil: old, {} ticks", job.ticks);
    if (job.gil == "none")
        return fmt::format("gil: none, tax {}", job.tax);
    return fmt::format("gil: {}, interval {} us{}", job.gil, job.interval_us,
                       job.force == 0 ? ", not forced" : "");
}

void print_counts(const gil_counts& counts) {
    fmt::print("the lock: acquired {}, dropped {}, voluntary {}, waited for {} "
               "times, {:.1f} ms in all, at most {:.2f} ms\n",
               counts.acquired, counts.dropped, counts.voluntary, counts.waits,
               counts.waited * 1e3, counts.longest_wait * 1e3);
    fmt::print("handoffs: {}\nasked: {}\nretaken: {}\nfutile: {}\n",
               counts.handoffs, counts.asked, counts.retaken, counts.futile);
}
