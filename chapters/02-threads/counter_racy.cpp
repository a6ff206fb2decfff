// counter_racy: broken on purpose. Each thread reads the number and writes it
// back plus one. What another has written in between is lost.
//
//     build/bin/counter_racy --workers 2
#include "counter.hpp"

#include <atomic>

int main(int argc, char** argv) try {
    const counter_job job = parse_counter_job(
        argc, argv, "counter_racy", "Loses counts; broken on purpose.");
    // Each load and each store is whole, so that nothing is undefined here,
    // and no tool complains. What is broken is that they are two steps.
    std::atomic<std::int64_t> counter = 0;
    //> count
    count_in_threads(job, [&](std::size_t, std::int64_t n) {
        for (std::int64_t i = 0; i < n; ++i)
            counter.store(counter.load(std::memory_order_relaxed) + 1,
                          std::memory_order_relaxed);
    });
    //< count
    return finish_broken(counter.load(), job.counts);
} catch (...) {
    return failed("counter_racy");
}
