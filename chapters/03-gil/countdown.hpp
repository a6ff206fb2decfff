// The work of most programs here, in bytecode, and threads that do it.
#pragma once

#include "interpreter.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <stop_token>
#include <thread>
#include <vector>

// clang-format off
//> countdown
// n = argument; done = 0
// while n:
//     n = n - 1
//     done = done + 1
// return done
inline const bytecode countdown = {
    {op::load, 0}, {op::jump_if_zero, 11}, // while n:
    {op::load, 0}, {op::push, 1}, {op::subtract}, {op::store, 0},
    {op::load, 1}, {op::push, 1}, {op::add},      {op::store, 1},
    {op::jump_back, 0},
    {op::load, 1}, {op::end},
};
//< countdown
// clang-format on

// The part of `all` that belongs to one of several threads.
inline std::int64_t share_of(std::int64_t all, std::int64_t thread,
                             std::int64_t threads) {
    return all * (thread + 1) / threads - all * thread / threads;
}

// Starts threads that each call body(number, stop) with the lock held. As
// every std::jthread they are told to stop, and joined, when they are
// destroyed; so also where the system has no further thread to give.
template<class Gil, class Body>
std::vector<std::jthread> start_holding(Gil& gil, std::int64_t threads,
                                        const Body& body) {
    std::vector<std::jthread> started;
    started.reserve(static_cast<std::size_t>(threads));
    for (std::int64_t t = 0; t < threads; ++t)
        started.emplace_back([&gil, body, t](const std::stop_token& stop) {
            with_gil(gil, [&] { body(t, stop); });
        });
    return started;
}

// Threads that count down until they are told to stop.
template<class Gil>
std::vector<std::jthread> start_computing(Gil& gil, std::int64_t threads) {
    return start_holding(gil, threads,
                         [&gil](std::int64_t, const std::stop_token& stop) {
                             while (!stop.stop_requested())
                                 interpreter(gil).run(countdown, 10'000);
                         });
}

// Counts down from `counts` in all, in several threads that share `gil`.
// Returns how often they have counted, together.
template<class Gil>
std::int64_t count_in_threads(Gil& gil, std::int64_t threads,
                              std::int64_t counts) {
    std::atomic<std::int64_t> done = 0;
    start_holding(gil, threads, [&](std::int64_t t, const std::stop_token&) {
        done += interpreter(gil).run(countdown, share_of(counts, t, threads));
    }); // joined at once
    return done;
}
