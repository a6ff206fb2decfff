// Two accounts, each with a lock, and two threads that move money to and fro.
#pragma once

#include "common/check.hpp"
#include "common/cli.hpp"

#include <chrono>
#include <cstdint>
#include <mutex>
#include <thread>

struct account {
    std::timed_mutex mutex; // guards balance
    std::int64_t balance = 0;
};

struct transfers_job {
    std::int64_t transfers = 1000, gap_us = 0;
};

inline transfers_job parse_transfers_job(int argc, char** argv,
                                         const char* program, const char* what,
                                         std::int64_t gap_us) {
    transfers_job job{1000, gap_us};
    cli(program, what)
        .number("transfers", job.transfers, 1, 100'000'000, "each way")
        .number("gap-us", job.gap_us, 0, 1'000'000, "between the two locks")
        .parse(argc, argv);
    fmt::print("2 threads, {} transfers each\n", job.transfers);
    return job;
}

inline void nap(const transfers_job& job) {
    if (job.gap_us > 0)
        std::this_thread::sleep_for(std::chrono::microseconds(job.gap_us));
}

// One thread moves 1 from a to b, the other from b to a, as often, until one
// of the moves returns false. Returns how many were made.
template<class Move>
std::int64_t move_both_ways(const transfers_job& job, account& a, account& b,
                            const Move& move) {
    std::int64_t there = 0, back = 0;
    std::jthread one([&] {
        while (there < job.transfers && move(a, b))
            ++there;
    });
    std::jthread other([&] {
        while (back < job.transfers && move(b, a))
            ++back;
    });
    one.join();
    other.join();
    return there + back;
}
