// A picture of how long the requests of each variant took: not only the middle.
#pragma once

#include "measurements.hpp"

#include <optional>
#include <string>
#include <vector>

// Of one label, in microseconds: the medians of the rounds.
struct percentile_line {
    std::string name;
    // Half, 90, 99 of 100 and the longest; some not, of few requests.
    std::vector<std::optional<double>> at;
};

// Of the labels that print p50_us and max_us.
std::vector<percentile_line> percentiles_of(const problem& of);

// Empty where no label prints them, or nothing can draw.
std::string percentiles_picture(const problem& of, const std::string& chapter);
