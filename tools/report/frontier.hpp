// The frontier picture: how fast each loader is, and how many of its rows are
// there after a kill. On the frontier is who is beaten by nobody that keeps as
// much; a tenth more or less is as much.
#pragma once

#include "measurements.hpp"

#include <string>
#include <vector>

struct frontier_mark {
    std::string name;
    double speed = 0, survivors = 0; // medians
    bool on_frontier = false;
};

// Of the labels that print survivors; more survivors first, then the faster.
// Empty if there are fewer than three, or all keep as much.
std::vector<frontier_mark> frontier_of(const problem& of);

// Empty where gnuplot is not installed or frontier_of() is empty.
std::string frontier_picture(const problem& of, const std::string& chapter);

// "On the frontier: ..."
std::string frontier_in_words(const problem& of);
