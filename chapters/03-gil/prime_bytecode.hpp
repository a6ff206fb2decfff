// Is a number prime? In bytecode.
#pragma once

#include "interpreter.hpp"

#include <cmath>
#include <cstdint>

// if n % 2 == 0: return n == 2
// left = odd_candidates(n); i = 3
// while left:
//     if n % i == 0: return 0
//     i = i + 2; left = left - 1
// return 1
// clang-format off
inline const bytecode prime = {
    /* 0 */ {op::load, 0}, {op::push, 2}, {op::remainder}, {op::jump_if_zero, 24},
    /* 4 */ {op::load, 0}, {op::call, 0}, {op::store, 1},  {op::push, 3},
            {op::store, 2},
    /* 9 */ {op::load, 1}, {op::jump_if_zero, 30},
            {op::load, 0}, {op::load, 2}, {op::remainder}, {op::jump_if_zero, 28},
            {op::load, 2}, {op::push, 2}, {op::add},       {op::store, 2},
            {op::load, 1}, {op::push, 1}, {op::subtract},  {op::store, 1},
            {op::jump_back, 9},
    /* 24 */ {op::load, 0}, {op::push, 2}, {op::subtract}, {op::jump_if_zero, 30},
    /* 28 */ {op::push, 0}, {op::end},
    /* 30 */ {op::push, 1}, {op::end},
};
// clang-format on

// Odd numbers from 3 to the root of n, which is at most 2^52. The native
// function 0 of `prime`.
inline std::int64_t odd_candidates(std::int64_t n) {
    return (static_cast<std::int64_t>(std::sqrt(double(n))) - 1) / 2;
}
