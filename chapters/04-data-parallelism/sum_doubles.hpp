// A million numbers to add up, for the programs that do it in several ways.
#pragma once

#include "common/check.hpp"
#include "common/cli.hpp"
#include "common/stopwatch.hpp"
#include "common/workers.hpp"
#include "sample.hpp"

#include <fmt/core.h>

#include <cstdint>
#include <vector>

struct sum_job {
    std::int64_t workers = default_workers(), rounds = 20;
};

inline cli sum_options(const char* program, const char* what, sum_job& job) {
    cli options(program, what);
    options.number("workers", job.workers, 1, 1024, "threads")
        .number("rounds", job.rounds, 1, 1'000'000, "sums");
    return options;
}

// From -0.5 to 0.5, always the same.
inline std::vector<double> numbers_to_add() {
    std::vector<double> numbers;
    for (std::uint64_t row = 0; row < 1'000'000; ++row)
        numbers.push_back(sample_source(1).probability(row, 0) - 0.5);
    return numbers;
}

// Calls sum(workers) in each round, and prints what it took and came to.
template<class Sum>
double time_sum(const sum_job& job, const Sum& sum) {
    const stopwatch clock;
    double result = 0;
    for (std::int64_t round = 0; round < job.rounds; ++round)
        result = sum(job.workers);
    fmt::print("sum_ms: {:.3f}\n", 1e3 * clock.seconds() / double(job.rounds));
    return result;
}
