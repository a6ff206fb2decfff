// Excerpts of a program, by name.
#pragma once

#include "markers.hpp"

#include <string>

struct excerpt {
    text_lines code;         // without the indentation that all lines share
    std::size_t first, last; // lines of the file, from 1
};

// `name` is a region between the lines //> name and //< name, or a definition:
// it begins in column 0, on the one line there that names it (or with the
// template line above), and ends at the first } or }; in column 0. Throws
// std::runtime_error if there is none, or more than one.
excerpt find_excerpt(const text_lines& source, const std::string& name);
