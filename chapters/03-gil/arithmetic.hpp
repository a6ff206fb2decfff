// Work of any length with a known result.
#pragma once

#include <cstdint>

// So many steps of arithmetic, each of which needs the one before: a compiler
// can neither skip nor overlap them. About a nanosecond each. Linear in x,
// modulo 2^64. Source: Knuth's linear congruential generator for MMIX.
inline std::uint64_t arithmetic(std::uint64_t x, std::int64_t steps) {
    for (std::int64_t step = 0; step < steps; ++step)
        x = x * 6364136223846793005U + 1442695040888963407U;
    return x;
}
