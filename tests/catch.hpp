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

// Sanitizers have threads and need memory of their own, which some cases cannot
// bear.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool sanitized = true;
#elif defined(__has_feature)
inline constexpr bool sanitized =
    __has_feature(address_sanitizer) || __has_feature(thread_sanitizer);
#else
inline constexpr bool sanitized = false;
#endif
