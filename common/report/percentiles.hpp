// A picture of how long the requests of each variant took: not only the middle.
#pragma once

#include "measurements.hpp"

#include <string>
#include <vector>

// Of one label, in microseconds: the medians of the rounds.
struct percentile_line {
    std::string name;
    std::vector<double> at; // half, 90, 99 of 100 and the longest
};

// Of the labels that print p50_us, p90_us, p99_us and max_us.
std::vector<percentile_line> percentiles_of(const problem& of);

// Empty where no label prints them, or nothing can draw.
std::string percentiles_picture(const problem& of, const std::string& chapter);
