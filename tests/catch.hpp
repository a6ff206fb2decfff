// Catch2, version 2 or 3.
#pragma once

#include <string>

#ifdef MANY_HANDS_CATCH_3
#include <catch2/catch_all.hpp>
using Catch::Approx;
inline auto contains(const std::string& text) {
    return Catch::Matchers::ContainsSubstring(text);
}
#else
#include <catch2/catch.hpp>
inline auto contains(const std::string& text) {
    return Catch::Contains(text);
}
#endif
