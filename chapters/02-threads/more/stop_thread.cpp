// stop_thread: a thread cannot be stopped from outside, only asked: one looks,
// one waits and is woken, one does not listen.
//
//     build/bin/stop_thread --ms 200
#include "common/check.hpp"
#include "common/cli.hpp"
#include "common/stopwatch.hpp"

#include <condition_variable>
#include <mutex>
#include <thread>

int main(int argc, char** argv) try {
    std::int64_t ms = 200;
    cli("stop_thread", "Asks threads to stop.")
        .number("ms", ms, 50, 60'000, "that the deaf thread works")
        .parse(argc, argv);
    fmt::print("three threads, of which one is deaf for {} ms\n", ms);
    std::mutex mutex;
    std::condition_variable_any never; // _any: this one knows stop_tokens
    double looks_ms = 0, waits_ms = 0, deaf_ms = 0;
    //> threads
    const stopwatch clock;
    const auto now_ms = [&clock] { return clock.seconds() * 1e3; };
    std::jthread looks([&](const std::stop_token& stop) {
        while (!stop.stop_requested())
            std::this_thread::yield(); // its work, in short steps
        looks_ms = now_ms();
    });
    std::jthread waits([&](const std::stop_token& stop) {
        std::unique_lock lock(mutex);
        never.wait(lock, stop, [] { return false; });
        waits_ms = now_ms();
    });
    std::jthread deaf([&](const std::stop_token&) {
        while (now_ms() < double(ms))
            std::this_thread::yield();
        deaf_ms = now_ms();
    });
    for (std::jthread* thread : {&looks, &waits, &deaf})
        thread->request_stop(); // the destructor of jthread does this, too
    for (std::jthread* thread : {&looks, &waits, &deaf})
        thread->join();
    //< threads
    fmt::print("looks_ms: {:.1f}\n", looks_ms);
    fmt::print("waits_ms: {:.1f}\n", waits_ms);
    fmt::print("deaf_ms: {:.1f}\n", deaf_ms);
    const bool prompt = looks_ms < deaf_ms && waits_ms < deaf_ms;
    return finish<std::string>(prompt ? "those who listen" : "nobody",
                               "those who listen");
} catch (...) {
    return failed("stop_thread");
}
