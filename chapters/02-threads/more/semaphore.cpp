// semaphore: six threads, but only two of them at a time may use a resource.
//
//     build/bin/semaphore
#include "common/check.hpp"
#include "common/cli.hpp"

#include <atomic>
#include <chrono>
#include <semaphore>
#include <thread>
#include <vector>

int main(int argc, char** argv) try {
    std::int64_t workers = 6, permits = 2, nap_ms = 5;
    cli("semaphore", "Lets a few threads in at a time.")
        .number("workers", workers, 1, 1024, "threads")
        .number("permits", permits, 1, 1024, "threads inside at a time")
        .number("nap-ms", nap_ms, 0, 10'000, "of each thread inside")
        .parse(argc, argv);
    fmt::print("{} threads, {} at a time\n", workers, permits);
    std::counting_semaphore<1024> free(permits);
    std::atomic<std::int64_t> inside = 0, most = 0, served = 0;
    //> use
    const auto use = [&] {
        free.acquire(); // waits until one is free
        const std::int64_t now = ++inside;
        for (std::int64_t seen = most; now > seen;)
            most.compare_exchange_weak(seen, now); // reloads seen if it fails
        std::this_thread::sleep_for(std::chrono::milliseconds(nap_ms));
        --inside;
        ++served;
        free.release(); // any thread may do this; with a mutex only its owner
    };
    //< use
    std::vector<std::jthread> threads;
    for (std::int64_t i = 0; i < workers; ++i)
        threads.emplace_back(use);
    threads.clear(); // joins all
    fmt::print("most_inside: {}\n", most.load());
    if (most > permits)
        throw std::runtime_error("more inside than permitted");
    return finish(served.load(), workers);
} catch (...) {
    return failed("semaphore");
}
