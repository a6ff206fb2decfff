// The few numbers that a table shows of many runs.
#pragma once

#include "measurements.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

// The middle value, or the mean of the two in the middle. Throws
// std::runtime_error if there is none.
inline double median(std::vector<double> values) {
    if (values.empty())
        throw std::runtime_error("nothing was measured");
    std::sort(values.begin(), values.end());
    const std::size_t half = values.size() / 2;
    return values.size() % 2 == 1 ? values[half]
                                  : (values[half - 1] + values[half]) / 2;
}

struct spread {
    double median, least, most;
};

inline std::optional<spread> spread_of(const std::vector<double>& values) {
    if (values.empty())
        return std::nullopt;
    const auto [least, most] =
        std::minmax_element(values.begin(), values.end());
    return spread{median(values), *least, *most};
}

// A figure that a program printed in each round that it did not call
// unreliable: its numbers. Empty if one of these rounds lacks it: the others
// would be of another kind, as a percentile that only long rounds have.
inline std::vector<double> numbers(const label& of, const std::string& figure) {
    std::vector<double> found;
    for (const sample& one : of.samples)
        if (const auto n = number(one, figure))
            found.push_back(*n);
        else if (why_unreliable(one).empty())
            return {};
    return found;
}

// What a label is compared by, of all rounds that have it.
inline std::vector<double> values(const problem& of,
                                  const std::vector<sample>& samples) {
    std::vector<double> found;
    for (const sample& one : samples)
        if (const auto v = value(of, one))
            found.push_back(*v);
    return found;
}

// Of a time, less is better; of a rate or an amount, more.
inline bool less_is_better(const std::string& figure) {
    return figure == "time"
           || (!is_count(figure) && !figure.ends_with("_per_s"));
}

// How many times as fast as the baseline, one ratio per round, so that a slow
// minute of the machine, which hits both, drops out.
inline std::vector<double> ratios(const problem& of,
                                  const std::vector<sample>& samples,
                                  const std::vector<sample>& baseline) {
    std::vector<double> found;
    for (std::size_t r = 0; r < samples.size() && r < baseline.size(); ++r) {
        const auto ours = value(of, samples[r]), base = value(of, baseline[r]);
        if (ours && base)
            found.push_back(less_is_better(of.figure) ? *base / *ours
                                                      : *ours / *base);
    }
    return found;
}

// CPU time by elapsed time: 1 is one core at work, 0.05 is waiting. A program
// that knows better which part of it counts prints a figure of this name.
inline std::optional<double> cores_busy(const sample& one) {
    if (!one.timed || one.timed->wall <= 0)
        return std::nullopt;
    const auto printed = number(one, "cores_busy");
    return printed ? printed
                   : (one.timed->user + one.timed->system) / one.timed->wall;
}

inline std::vector<double> cores_busy(const std::vector<sample>& samples) {
    std::vector<double> found;
    for (const sample& one : samples)
        if (const auto busy = cores_busy(one))
            found.push_back(*busy);
    return found;
}

struct interval {
    double low, high;
};

// Where the middle of what `values` are drawn from lies, with a confidence
// such as 0.95: among their Walsh averages (the means of all pairs, and each
// value with itself), by the distribution of Wilcoxon's signed-rank statistic.
// Assumes nothing but symmetry, so one wild value moves it little. Infinite
// where the values are too few, or not numbers.
// Source: Hollander, Wolfe, Chicken, Nonparametric Statistical Methods, 3.3.
inline interval signed_rank_interval(const std::vector<double>& values,
                                     double confidence) {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    const std::size_t n = values.size();
    std::vector<double> averages;
    for (std::size_t i = 0; i < n; ++i) {
        if (!std::isfinite(values[i]))
            return {-infinity, infinity};
        for (std::size_t j = i; j < n; ++j)
            averages.push_back((values[i] + values[j]) / 2);
    }
    std::sort(averages.begin(), averages.end());

    // ways[s]: in how many ways ranks from 1 to n sum up to s; all sign
    // patterns are equally likely, so ways[s] / 2^n is the probability of s.
    std::vector<double> ways(averages.size() + 1, 0);
    ways[0] = 1;
    for (std::size_t rank = 1; rank <= n; ++rank)
        for (std::size_t s = averages.size(); s >= rank; --s)
            ways[s] += ways[s - rank];
    const double all = std::pow(2, n);
    std::size_t left_out = 0; // averages at each end
    for (double tail = ways[0] / all; n > 0 && tail <= (1 - confidence) / 2;
         tail += ways[left_out] / all)
        ++left_out;
    if (left_out == 0)
        return {-infinity, infinity};
    return {averages[left_out - 1], averages[averages.size() - left_out]};
}

// How far something is from itself, of logarithms of ratios that should be 1:
// the further end of the 95 % interval. Infinite if they are few.
inline double self_noise(const std::vector<double>& logs) {
    const interval self = signed_rank_interval(logs, 0.95);
    return std::max(std::fabs(self.low), std::fabs(self.high));
}

// Two significant digits: 0.0734 is "0.073", 734 is "730".
std::string two_digits(double number);
// Two significant digits with their unit: "73 ms", "0.35", "25 M".
std::string show_seconds(double seconds);
std::string show_number(double number);
