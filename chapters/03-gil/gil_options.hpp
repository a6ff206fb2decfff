// The options that the programs of this chapter share, and the lock that they
// name.
#pragma once

#include "common/cli.hpp"
#include "gil.hpp"
#include "what_if.hpp"

#include <chrono>
#include <cstdint>
#include <string>

struct gil_job {
    std::string gil = "new";
    std::int64_t interval_us = 5000, ticks = 100, tax = 0, force = 1;
    std::int64_t workers = 2;
};

cli gil_options(const char* program, const char* what, gil_job& job,
                std::int64_t least_workers = 1);

// The lock in words, for a program's first line.
std::string described(const gil_job& job);

// Calls body(gil) with the lock that the options name, for so many threads.
template<class Body>
auto with_gil(const gil_job& job, std::int64_t threads, const Body& body) {
    const std::chrono::microseconds interval(job.interval_us);
    if (job.gil == "old") {
        old_gil gil(job.ticks, threads > 1);
        return body(gil);
    }
    if (job.gil == "fair") {
        fair_gil gil(interval);
        return body(gil);
    }
    if (job.gil == "none" && job.tax == 0) {
        no_gil gil;
        return body(gil);
    }
    if (job.gil == "none") {
        taxed_no_gil gil(job.tax);
        return body(gil);
    }
    new_gil gil(interval, job.force == 1);
    return body(gil);
}

void print_counts(const gil_counts& counts);
