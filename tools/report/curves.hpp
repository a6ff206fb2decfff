// Pictures of variants that differ in one number only: by the number of workers
// how many times as fast, beside the ideal line; by any other what it costs.
#pragma once

#include "measurements.hpp"

#include <string>
#include <utility>
#include <vector>

struct curve {
    std::string name;                              // "transport@via=ring"
    std::vector<std::pair<double, double>> points; // by the first, ascending
};

struct curves {
    std::string key; // "workers"
    bool scaling;    // the second numbers: times as fast as one worker, or as
                     // the problem's baseline; else its figure
    std::vector<curve> lines;
    // The first numbers are not those of the labels, but what the programs
    // have printed under the key's name: of "@rtt_us=1000", 1140.
    bool measured = false;
};

// A label has the settings that stand in its name (@workers=4), and of those
// that other labels of its program have, the ones that its command has as
// options. Curves with fewer than two points are left out, and keys of which no
// curve has three.
std::vector<curves> curves_of(const problem& of);

// `cores`: how many there are to be shown. Empty where nothing can draw.
std::string curves_picture(const problem& of, const curves& shown,
                           const std::string& chapter, double cores);

// In words: what an image says to who cannot see it.
std::string in_words(const problem& of, const curves& shown);
