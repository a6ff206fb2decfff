// The picture of a chapter's claims: how far the measurements are from what
// was stated, and how sure that is. Known as a forest plot.
#pragma once

#include "glance.hpp"

#include <string>
#include <vector>

// Where a claim lies on an axis on which 1 is what was stated and more than 1
// is on the side where the claim holds.
struct forest_line {
    std::string name;
    answer given;
    double middle, low, high;
    std::optional<double> book; // the middle on the book's machine
};

// Those that compare with less or more than a number that is not 0, and were
// measured here; in their order.
std::vector<forest_line> forest_of(const chapter_answer& one);

// Empty where gnuplot is not installed or there is nothing to show.
std::string forest_picture(const chapter_answer& one);
