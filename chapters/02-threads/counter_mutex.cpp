// counter_mutex: one thread at a time between lock and unlock.
//
//     build/bin/counter_mutex --workers 2
#include "counter.hpp"

#include <mutex>

int main(int argc, char** argv) try {
    const counter_job job = parse_counter_job(
        argc, argv, "counter_mutex", "Counts under a mutex, in threads.");
    std::int64_t counter = 0;
    std::mutex mutex; // guards counter
    //> count
    count_in_threads(job, [&](std::size_t, std::int64_t n) {
        for (std::int64_t i = 0; i < n; ++i) {
            const std::lock_guard lock(mutex);
            ++counter;
        }
    });
    //< count
    return finish(counter, job.counts);
} catch (...) {
    return failed("counter_mutex");
}
