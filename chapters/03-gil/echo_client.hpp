// A client that asks, waits for the answer, and thinks. It knows nothing of the
// server but a socket.
#pragma once

#include "common/check.hpp"
#include "common/stopwatch.hpp"

#include <sys/socket.h>

#include <fmt/core.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <thread>
#include <vector>

// How long each answer took, in microseconds, shortest first; and how long all
// of it took, in seconds.
struct echo_times {
    std::vector<double> us;
    double seconds = 0;
};

// Sends numbers as messages of 8 bytes for `ms` milliseconds and expects each
// back, increased by one. Between an answer and the next number it sleeps for
// `think_us`, or not at all. Throws if an answer is wrong or does not come.
inline echo_times ask_for_echoes(int server, std::int64_t ms,
                                 std::int64_t think_us) {
    echo_times times;
    const stopwatch all;
    for (std::int64_t number = 1; all.seconds() * 1e3 < double(ms); ++number) {
        std::int64_t answer = 0;
        const stopwatch one;
        check(::send(server, &number, sizeof number, MSG_NOSIGNAL), "send");
        if (check(::recv(server, &answer, sizeof answer, 0), "recv")
                != sizeof answer
            || answer != number + 1)
            throw std::runtime_error("the server gave no or a wrong answer");
        times.us.push_back(one.seconds() * 1e6);
        if (think_us > 0)
            std::this_thread::sleep_for(std::chrono::microseconds(think_us));
    }
    times.seconds = all.seconds();
    std::sort(times.us.begin(), times.us.end());
    return times;
}

// Requests a second, percentiles, and how many waited for longer than the
// switch interval.
inline void print_times(const echo_times& times, std::int64_t interval_us) {
    const auto& us = times.us;
    const auto percentile = [&](std::size_t percent) {
        return us.at((us.size() - 1) * percent / 100);
    };
    fmt::print("requests_per_s: {:.0f}\n", double(us.size()) / times.seconds);
    for (const std::size_t percent : {50U, 90U, 99U})
        if (us.size() * (100 - percent) >= 100) // else it is the longest
            fmt::print("p{}_us: {:.1f}\n", percent, percentile(percent));
    fmt::print("max_us: {:.1f}\n", us.back());
    const auto longer =
        us.end() - std::upper_bound(us.begin(), us.end(), double(interval_us));
    fmt::print("longer_than_interval_percent: {:.1f}\n",
               1e2 * double(longer) / double(us.size()));
}
