// A picture of what threads did and when, of the letters that a program drew.
#pragma once

#include "measurements.hpp"

#include <string>

// What the lines and letters of the picture are, as the program has said.
std::string lanes_in_words(const label& of);

// SVG in the text colour of the page around it. Of the last round; empty if
// the program drew nothing.
std::string lanes_picture(const label& of);
