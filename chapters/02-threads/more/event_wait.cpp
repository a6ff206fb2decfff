// event_wait: waiting for an event with a time limit: false when the time is
// over, true once it is set.
//
//     build/bin/event_wait --waiters 3
#include "02-threads/event.hpp"
#include "common/check.hpp"
#include "common/cli.hpp"

#include <atomic>
#include <thread>
#include <vector>

int main(int argc, char** argv) try {
    std::int64_t waiters = 3, limit_ms = 20;
    cli("event_wait", "Waits for an event.")
        .number("waiters", waiters, 1, 1000, "threads")
        .number("limit-ms", limit_ms, 0, 10'000, "of the first wait")
        .parse(argc, argv);
    fmt::print("{} threads wait for an event\n", waiters);
    event done;
    std::atomic<std::int64_t> in_vain = 0, woken = 0;
    //> wait
    std::vector<std::jthread> threads;
    const auto wait = [&] {
        if (!done.wait_for(std::chrono::milliseconds(limit_ms)))
            ++in_vain;
        done.wait();
        ++woken;
    };
    try {
        for (std::int64_t i = 0; i < waiters; ++i)
            threads.emplace_back(wait);
    } catch (...) {
        done.set(); // the system gives no more: let the others go
        throw;
    }
    while (in_vain < waiters)
        std::this_thread::yield();
    done.set();
    threads.clear(); // joins all
    const bool still_set = done.wait_for(std::chrono::seconds(0));
    //< wait
    fmt::print("timed_out: {}\n", in_vain.load());
    fmt::print("still_set: {}\n", still_set ? "yes" : "no");
    return finish(woken.load(), waiters);
} catch (...) {
    return failed("event_wait");
}
