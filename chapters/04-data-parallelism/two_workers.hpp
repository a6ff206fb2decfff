// For break_even: lists of items that are as much work, and as many bytes, as
// one likes; and two workers for them.
#pragma once

#include "01-processes/process_pool.hpp"
#include "01-processes/shared_memory.hpp"
#include "02-threads/thread_pool.hpp"
#include "03-gil/arithmetic.hpp"
#include "common/stopwatch.hpp"
#include "common/workers.hpp"

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

// An item: its number, how many steps of work it is, and as many bytes more.
using item_list = std::vector<std::string>;
inline item_list make_items(std::int64_t count, std::int64_t bytes,
                            std::int64_t steps) {
    item_list all(static_cast<std::size_t>(count));
    for (std::size_t i = 0; i < all.size(); ++i) {
        put(all[i], std::uint64_t(i));
        put(all[i], steps);
        all[i].resize(static_cast<std::size_t>(bytes));
    }
    return all;
}
inline std::uint64_t result_of(const std::string& item) {
    std::string_view in = item;
    const auto number = from_wire<std::uint64_t>(in);
    return arithmetic(number, from_wire<std::int64_t>(in));
}

// The sum of all results: by the caller alone, by threads of a pool and the
// caller, by processes with an item a message.
inline std::uint64_t sum_alone(const item_list& all) {
    std::uint64_t sum = 0;
    for (const std::string& item : all)
        sum += result_of(item);
    return sum;
}
inline std::uint64_t sum_by(thread_pool& pool, const item_list& all) {
    std::vector<std::uint64_t> results(all.size());
    pool.parallel_for(std::int64_t(all.size()), 1, [&](std::int64_t i) {
        results[std::size_t(i)] = result_of(all[std::size_t(i)]);
    });
    std::uint64_t sum = 0;
    for (const std::uint64_t one : results)
        sum += one;
    return sum;
}
using pool_of_processes = process_pool<std::string, std::uint64_t>;
inline std::uint64_t sum_by(pool_of_processes& pool, const item_list& all) {
    std::uint64_t sum = 0;
    for (const std::uint64_t one : pool.map(all))
        sum += one;
    return sum;
}

// Two workers, each on a core of its own or where the kernel wants them. With
// threads one of the two is the caller: see parallel_for.
inline std::unique_ptr<thread_pool> two_threads(bool own_cores) {
    static const std::vector<std::size_t> usable = usable_cores(); // at first
    if (own_cores)
        use_only(usable.at(1)); // where its threads will stay
    auto pool = std::make_unique<thread_pool>(2);
    if (own_cores)
        use_only(usable.at(0));
    return pool;
}
inline std::unique_ptr<pool_of_processes> two_processes(bool own_cores) {
    static const auto started =
        make_shared_in<std::atomic<std::size_t>>(-1, std::size_t(0));
    const auto take_core = [own_cores, usable = usable_cores()] {
        if (own_cores)
            use_only(usable.at((*started)++ % 2));
    };
    return std::make_unique<pool_of_processes>(
        result_of, pool_options{.workers = 2, .initializer = take_core});
}

// Lists come now and then, so workers must be woken up for each.
inline void let_workers_sleep() {
    const stopwatch clock;
    while (clock.seconds() < 300e-6) { // not asleep ourselves
    }
}

//> waking
// Until a thread of the pool has begun, in seconds, while the caller goes on:
// so there is another core to be woken up.
inline double wake_up(thread_pool& pool) {
    let_workers_sleep();
    const stopwatch clock;
    std::atomic<double> begun = -1;
    const auto future = pool.submit([&] { begun = clock.seconds(); });
    while (begun < 0) {
    }
    return begun;
}
//< waking
// Messages wake up processes: it is in what handing out costs.
inline double wake_up(pool_of_processes&) {
    return 0;
}

// The median of what call() takes, in seconds.
template<class Call>
double median(std::int64_t rounds, const Call& call) {
    std::vector<double> all;
    for (std::int64_t round = 0; round < rounds; ++round)
        all.push_back(call());
    std::sort(all.begin(), all.end());
    return all[all.size() / 2];
}
