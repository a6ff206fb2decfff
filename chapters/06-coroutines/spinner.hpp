// A sign that turns while something else goes on: when did its frames come?
#pragma once

#include "event_loop.hpp"
#include "frames.hpp"
#include "task_group.hpp"

#include "01-processes/primes.hpp"
#include "common/cli.hpp"
#include "common/stopwatch.hpp"

#include <cstdint>

struct spinner {
    std::int64_t interval_us = 10'000;
    std::int64_t frames = 0;
    double longest_ms = 0; // from one frame to the next
};

// Turns until it is cancelled.
task<void> spin(spinner& state);

// What `work` returns, with the spinner beside it.
task<bool> beside_spinner(spinner& state, task<bool> work);

inline constexpr std::uint64_t big_prime = 5'000'111'000'222'021; // the book's

// Is big_prime prime, asks `check`, with the spinner beside it?
int time_spinner(spinner& state, task<bool> check);
