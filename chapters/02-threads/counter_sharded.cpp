// counter_sharded: a counter for each thread, added up at the end.
//
//     build/bin/counter_sharded --workers 2
#include "counter.hpp"

#include <atomic>

// As long as a cache line, which is what travels between cores: threads that
// write to one line wait for each other, see counter_neighbours.
struct alignas(64) shard {
    std::atomic<std::int64_t> count = 0;
};

int main(int argc, char** argv) try {
    const counter_job job = parse_counter_job(
        argc, argv, "counter_sharded", "Counts in a shard for each thread.");
    std::vector<shard> shards(static_cast<std::size_t>(job.workers));
    //> count
    count_in_threads(job, [&](std::size_t worker, std::int64_t n) {
        auto& own = shards[worker].count;
        // Load and store are enough where nobody else writes. Atomic, so
        // that another thread may read it at any time.
        for (std::int64_t i = 0; i < n; ++i)
            own.store(own.load(std::memory_order_relaxed) + 1,
                      std::memory_order_relaxed);
    });
    std::int64_t sum = 0;
    for (const shard& one : shards)
        sum += one.count.load();
    //< count
    return finish(sum, job.counts);
} catch (...) {
    return failed("counter_sharded");
}
