// A place for one item between a producer and two consumers.
#pragma once

#include "common/check.hpp"
#include "common/cli.hpp"

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <thread>

struct slot {
    std::mutex mutex; // guards all that follows
    std::condition_variable changed;
    std::int64_t item = 0;
    bool full = false, ended = false;
};

inline std::int64_t parse_items(int argc, char** argv, const char* program,
                                const char* what) {
    std::int64_t items = 10'000;
    cli(program, what)
        .number("items", items, 1, 100'000'000, "numbers 1, 2, 3, ...")
        .parse(argc, argv);
    fmt::print("{} items, one producer, two consumers\n", items);
    return items;
}

// The item, for a consumer that holds the mutex and has waited for it; none
// at the end.
inline std::optional<std::int64_t> take_out(slot& shared) {
    if (!shared.full && shared.ended)
        return std::nullopt;
    shared.full = false;
    shared.changed.notify_all(); // the producer waits for the same condition
    return shared.item;
}

// Puts the items in, one after the other, while two threads call take() until
// it returns nothing. Returns the sum of what they have got.
template<class Take>
std::int64_t hand_over(slot& shared, std::int64_t items, const Take& take) {
    std::atomic<std::int64_t> sum = 0;
    const auto consume = [&] {
        while (const auto item = take())
            sum += *item;
    };
    std::jthread one(consume), other;
    try {
        other = std::jthread(consume);
    } catch (...) { // the system gives no more: let the first one go
        const std::lock_guard lock(shared.mutex);
        shared.ended = true;
        shared.changed.notify_all();
        throw;
    }
    for (std::int64_t item = 1; item <= items; ++item) {
        std::unique_lock lock(shared.mutex);
        shared.changed.wait(lock, [&] { return !shared.full; });
        shared.item = item;
        shared.full = true;
        shared.changed.notify_all();
    }
    {
        std::unique_lock lock(shared.mutex);
        shared.changed.wait(lock, [&] { return !shared.full; });
        shared.ended = true;
        shared.changed.notify_all();
    }
    one.join();
    other.join();
    return sum;
}
