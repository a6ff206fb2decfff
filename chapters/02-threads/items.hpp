// Ten million items, each so small that only dividing them into chunks pays:
// item i becomes (31 times itself, plus i) modulo 1000, eight times over.
#pragma once

#include "common/check.hpp"
#include "common/cli.hpp"
#include "common/stopwatch.hpp"
#include "common/workers.hpp"

#include <cstdint>
#include <vector>

struct items_job {
    std::int64_t workers = default_workers(), items = 10'000'000, chunk = 1000,
                 rounds = 3;
};

inline items_job parse_items_job(int argc, char** argv, const char* program,
                                 const char* what,
                                 std::int64_t least_chunk = 1) {
    items_job job;
    cli(program, what)
        .number("workers", job.workers, 1, 1024, "threads")
        .number("items", job.items, 1, 1'000'000'000, "of 8 bytes each")
        .number("chunk", job.chunk, least_chunk, 1'000'000'000,
                least_chunk == 0 ? "items at a time; 0: one part per worker"
                                 : "items at a time")
        .number("rounds", job.rounds, 1, 100'000, "over all items")
        .parse(argc, argv);
    fmt::print("{} items, {} at a time, workers: {}\n", job.items, job.chunk,
               job.workers);
    return job;
}

// The work on one item. Some ten nanoseconds; nothing that a compiler could do
// beforehand or in one go. With a single step, memory would be what is slow,
// and that is no faster with two cores. It stays a call, so that all loops do
// it by the same instructions.
[[gnu::noinline]] inline void work_on(std::int64_t& item, std::int64_t i) {
    for (int step = 0; step < 8; ++step)
        item = (item * 31 + i) % 1000;
}

// Runs loop(items) several times, and prints what an item took.
template<class Loop>
int time_items(const items_job& job, const Loop& loop) {
    std::vector<std::int64_t> items(static_cast<std::size_t>(job.items));
    loop(items.data()); // the first time some libraries start their threads
    const stopwatch clock;
    for (std::int64_t round = 0; round < job.rounds; ++round)
        loop(items.data());
    fmt::print("item_ns: {:.3f}\n",
               clock.seconds() * 1e9
                   / static_cast<double>(job.items * job.rounds));
    // What an item must be depends on i modulo 1000 alone.
    std::vector<std::int64_t> expected(1000);
    for (std::int64_t i = 0; i < 1000; ++i)
        for (std::int64_t round = 0; round <= job.rounds; ++round)
            work_on(expected[static_cast<std::size_t>(i)], i);
    std::int64_t wrong = 0;
    for (std::size_t i = 0; i < items.size(); ++i)
        wrong += items[i] != expected[i % 1000];
    return finish(job.items - wrong, job.items);
}
