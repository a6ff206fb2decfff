// The work of most programs here, in bytecode, and threads that do it.
#pragma once

#include "interpreter.hpp"

#include <atomic>
#include <cstdint>
#include <thread>
#include <vector>

//> countdown
// n = argument; done = 0
// while n:
//     n = n - 1
//     done = done + 1
// return done
inline const bytecode countdown = {
    {op::load, 0},      {op::jump_if_zero, 11}, // while n:
    {op::load, 0},      {op::push, 1},          {op::subtract}, {op::store, 0},
    {op::load, 1},      {op::push, 1},          {op::add},      {op::store, 1},
    {op::jump_back, 0}, {op::load, 1},          {op::end},
};
//< countdown

// Counts down from `counts` in all, in several threads that share `gil`.
// Returns how often they have counted, together.
template<class Gil>
std::int64_t count_in_threads(Gil& gil, std::int64_t threads,
                              std::int64_t counts) {
    std::atomic<std::int64_t> done = 0;
    std::vector<std::jthread> running;
    running.reserve(static_cast<std::size_t>(threads));
    for (std::int64_t t = 0; t < threads; ++t)
        running.emplace_back([&, t] {
            const std::int64_t own =
                counts * (t + 1) / threads - counts * t / threads;
            holding(gil, [&] { done += interpreter(gil).run(countdown, own); });
        });
    running.clear(); // joins all
    return done;
}
