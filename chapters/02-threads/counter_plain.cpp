// counter_plain: broken on purpose. Threads count in a plain variable, which
// means nothing at all in C++; mostly it looks right.
//
//     build/bin/counter_plain --workers 2
#include "counter.hpp"

int main(int argc, char** argv) try {
    const counter_job job = parse_counter_job(
        argc, argv, "counter_plain", "Counts in a plain variable; broken.");
    std::int64_t counter = 0;
    //> count
    count_in_threads(job, [&](std::size_t, std::int64_t n) {
        for (std::int64_t i = 0; i < n; ++i)
            ++counter;
    });
    //< count
    return finish_broken(counter, job.counts);
} catch (...) {
    return failed("counter_plain");
}
