// A picture of what threads did and when, of the letters that a program drew.
#pragma once

#include "measurements.hpp"

#include <string>

inline constexpr auto lanes_in_words =
    "a line for each thread; solid: it has the lock, or computes without one; "
    "hatched: it waits for it; empty: neither, or for too short to be drawn";

// SVG in the text colour of the page around it. Of the last round; empty if
// the program drew nothing.
std::string lanes_picture(const label& of);
