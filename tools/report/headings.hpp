// How the report names a chapter and a problem.
#pragma once

#include "measurements.hpp"

#include <fmt/core.h>

#include <string>

// "03", of a chapter or its answer.
std::string number_of(const auto& of) {
    return of.name.substr(0, of.name.find('-'));
}

std::string heading_of(const auto& of) {
    return fmt::format("Chapter {}: {}", number_of(of), of.title);
}

// Two chapters may have a problem of one name.
inline std::string heading_of(const chapter& c, const problem& p) {
    return fmt::format("{}: {}", number_of(c), p.title);
}
