// The counting that all counter_* programs do: a fixed number of counts,
// divided among threads that begin together.
#pragma once

#include "common/check.hpp"
#include "common/cli.hpp"
#include "common/stopwatch.hpp"
#include "common/workers.hpp"

#include <cstdint>
#include <latch>
#include <thread>
#include <vector>

struct counter_job {
    std::int64_t workers = default_workers(), counts = 10'000'000;
};

inline cli counter_options(const char* program, const char* what,
                           counter_job& job) {
    cli options(program, what);
    options.number("workers", job.workers, 1, 1024, "threads")
        .number("counts", job.counts, 1, 1'000'000'000, "of all together");
    return options;
}

inline counter_job parse_counter_job(int argc, char** argv, const char* program,
                                     const char* what) {
    counter_job job;
    counter_options(program, what, job).parse(argc, argv);
    fmt::print("{} counts, workers: {}\n", job.counts, job.workers);
    return job;
}

// Calls count_some(worker, n) in each thread, and prints what a count took:
// elapsed time by the number of counts. The n of all workers add up to
// job.counts.
template<class CountSome>
void count_in_threads(const counter_job& job, const CountSome& count_some) {
    std::latch ready(job.workers), start(1);
    std::vector<std::jthread> threads;
    const auto work = [&](std::int64_t w) {
        const std::int64_t first = job.counts * w / job.workers;
        const std::int64_t end = job.counts * (w + 1) / job.workers;
        ready.count_down();
        start.wait();
        count_some(static_cast<std::size_t>(w), end - first);
    };
    try {
        for (std::int64_t w = 0; w < job.workers; ++w)
            threads.emplace_back(work, w);
    } catch (...) {
        start.count_down(); // the system gives no more: let those that
        throw;              // there are come to their end
    }
    ready.wait();
    const stopwatch clock;
    start.count_down();
    threads.clear(); // joins all of them
    fmt::print("count_ns: {:.2f}\n",
               clock.seconds() * 1e9 / static_cast<double>(job.counts));
}
