// The strip picture: one line per variant, every run a dot.
#pragma once

#include "measurements.hpp"

#include <string>

// `chapter` keeps its names apart from other pictures'. Empty where gnuplot is
// not installed or nothing was measured.
std::string strip_picture(const problem& of, const std::string& chapter);
