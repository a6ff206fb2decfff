// condition_stalls: a textbook queue with room for one item and eight threads.
// It is right, and with glibc 2.25 to 2.40 it stops now and then for ever:
// the library loses a wake-up. Here a watchdog notices and helps.
//
//     build/bin/condition_stalls --items 1000000
#include "common/check.hpp"
#include "common/cli.hpp"

#include <gnu/libc-version.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

int main(int argc, char** argv) try {
    std::int64_t items = 200'000, notify_all = 0;
    cli("condition_stalls", "Waits for a wake-up that the library loses.")
        .number("items", items, 8, 100'000'000, "through the queue; by 4")
        .number("notify-all", notify_all, 0, 1, "1: wake everybody instead")
        .parse(argc, argv);
    items -= items % 4;
    fmt::print("{} items, 4 producers, 4 consumers, glibc {}\n", items,
               ::gnu_get_libc_version());
    //> queue
    std::mutex mutex;
    std::condition_variable has_item, has_room;
    std::optional<std::int64_t> slot;
    std::atomic<std::int64_t> moved = 0;
    const auto wake = [&](std::condition_variable& who) {
        notify_all == 1 ? who.notify_all() : who.notify_one();
    };
    const auto put = [&] {
        std::unique_lock lock(mutex);
        has_room.wait(lock, [&] { return !slot; });
        slot = 1;
        lock.unlock();
        wake(has_item);
    };
    const auto get = [&] {
        std::unique_lock lock(mutex);
        has_item.wait(lock, [&] { return slot.has_value(); });
        moved += *slot;
        slot.reset();
        lock.unlock();
        wake(has_room);
    };
    //< queue
    const auto repeat = [&](const auto& step) {
        for (std::int64_t i = 0; i < items / 4; ++i)
            step();
    };
    std::vector<std::jthread> threads;
    try {
        for (int i = 0; i < 4; ++i) {
            threads.emplace_back([&] { repeat(put); });
            threads.emplace_back([&] { repeat(get); });
        }
    } catch (...) { // the system gives no more, and the others wait for ever
        std::_Exit(failed("condition_stalls"));
    }
    //> watch
    // Looks into the queue all the time, which makes a stall likelier.
    using clock = std::chrono::steady_clock;
    std::int64_t stalls = 0, before = 0;
    for (auto last = clock::now(); moved < items;) {
        std::this_thread::sleep_for(std::chrono::microseconds(20));
        const std::lock_guard lock(mutex);
        if (before != moved) {
            before = moved;
            last = clock::now();
        } else if (clock::now() - last > std::chrono::seconds(1)) {
            ++stalls; // a second without an item
            last = clock::now();
            has_item.notify_all();
            has_room.notify_all();
        }
    }
    //< watch
    threads.clear(); // joins all
    fmt::print("stalls: {}\n", stalls);
    return finish(moved.load(), items);
} catch (...) {
    return failed("condition_stalls");
}
