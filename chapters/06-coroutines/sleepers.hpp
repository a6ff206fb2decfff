// Many that sleep at the same time, and what they cost.
#pragma once

#include "05-io-bound/process_memory.hpp"
#include "common/check.hpp"
#include "common/cli.hpp"
#include "common/stopwatch.hpp"

#include <unistd.h>

struct sleepers_job {
    std::int64_t sleepers = 0, ms = 0; // all sleep until then
};

// Reads the options, and prints the configuration.
inline sleepers_job parse_sleepers_job(int argc, char** argv,
                                       const char* program, const char* what,
                                       std::int64_t sleepers, std::int64_t ms) {
    sleepers_job job{sleepers, ms};
    cli(program, "Sleeps many times at once.")
        .number("sleepers", job.sleepers, 1, 10'000'000, what)
        .number("ms", job.ms, 1, 60'000, "after which they wake up")
        .parse(argc, argv);
    fmt::print("{} {} that sleep {} ms\n", job.sleepers, what, job.ms);
    return job;
}

// What this process and its children have in memory, in KiB.
inline std::int64_t memory_now() {
    return memory_kib(::getpid());
}

// For when the memory has been looked at: it must be that of sleepers. On a
// machine that is busy with something else the first may wake up too early.
inline void say_if_awake(bool all_sleep) {
    if (!all_sleep)
        fmt::print("unreliable: some have woken up before all slept; try a "
                   "longer --ms\n");
}

// Prints what one of them cost.
inline void print_sleepers(const sleepers_job& job, std::int64_t kib,
                           double start_s, double total_s) {
    const auto each = double(job.sleepers);
    const double end_s = total_s - double(job.ms) / 1000; // until all are gone
    fmt::print("start_us: {:.2f}\nend_us: {:.2f}\nbytes_each: {:.0f}\n",
               1e6 * start_s / each, 1e6 * end_s / each,
               1024 * double(kib) / each);
}
