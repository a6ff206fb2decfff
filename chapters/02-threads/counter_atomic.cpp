// counter_atomic: read, add and write back in one step of the processor.
//
//     build/bin/counter_atomic --workers 2
#include "counter.hpp"

#include <atomic>

int main(int argc, char** argv) try {
    const counter_job job = parse_counter_job(
        argc, argv, "counter_atomic", "Counts in one step, in threads.");
    std::atomic<std::int64_t> counter = 0;
    //> count
    count_in_threads(job, [&](std::size_t, std::int64_t n) {
        for (std::int64_t i = 0; i < n; ++i)
            counter.fetch_add(1, std::memory_order_relaxed);
    });
    //< count
    return finish(counter.load(), job.counts);
} catch (...) {
    return failed("counter_atomic");
}
