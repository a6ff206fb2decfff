// condition_lost: broken on purpose. The flag is set without the mutex, just
// between the moment when it is looked at and the wait: nobody is woken.
//
//     build/bin/condition_lost --gap-us 10000
#include "common/check.hpp"
#include "common/cli.hpp"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

int main(int argc, char** argv) try {
    std::int64_t gap_us = 10'000, limit_ms = 50;
    cli("condition_lost", "Misses its wake-up; broken on purpose.")
        .number("gap-us", gap_us, 0, 1'000'000, "between look and wait")
        .number("limit-ms", limit_ms, 1, 10'000, "when to give up waiting")
        .parse(argc, argv);
    fmt::print("a gap of {} us between look and wait\n", gap_us);
    std::mutex mutex;
    std::condition_variable changed;
    std::atomic<bool> looked = false, ready = false;
    //> notify
    std::jthread setter([&] {
        while (!looked)
            std::this_thread::yield();
        ready = true; // here the mutex is missing
        changed.notify_one();
    });
    //< notify
    //> wait
    std::unique_lock lock(mutex);
    bool woken = true;
    if (!ready) {
        looked = true;
        std::this_thread::sleep_for(std::chrono::microseconds(gap_us));
        woken = changed.wait_for(lock, std::chrono::milliseconds(limit_ms))
                == std::cv_status::no_timeout;
    }
    //< wait
    return finish_broken<std::string>(woken ? "woken" : "not woken", "woken");
} catch (...) {
    return failed("condition_lost");
}
