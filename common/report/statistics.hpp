// The few numbers that a table shows of many runs.
#pragma once

#include "measurements.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <vector>

// The middle value, or the mean of the two in the middle. Needs at least one.
inline double median(std::vector<double> values) {
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

// What a label is compared by, of all rounds that have it.
inline std::vector<double> values(const problem& of,
                                  const std::vector<sample>& samples) {
    std::vector<double> found;
    for (const sample& one : samples)
        if (const auto v = value(of, one))
            found.push_back(*v);
    return found;
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
            found.push_back(of.figure == "time" ? *base / *ours
                                                : *ours / *base);
    }
    return found;
}

// CPU time by elapsed time: 1 is one core at work, 0.05 is waiting.
inline std::vector<double> cores_busy(const std::vector<sample>& samples) {
    std::vector<double> found;
    for (const sample& one : samples)
        if (one.timed && one.timed->wall > 0)
            found.push_back((one.timed->user + one.timed->system)
                            / one.timed->wall);
    return found;
}

// Two significant digits with their unit: "73 ms", "0.35", "25 M".
std::string show_seconds(double seconds);
std::string show_number(double number);
