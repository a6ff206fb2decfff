// One task at a time: the caller gives it away, and sleeps until it is done.
// What is measured is that wait, for each task.
#pragma once

#include "common/check.hpp"
#include "common/stopwatch.hpp"

#include <algorithm>
#include <cstdint>
#include <vector>

// Calls ask(i) for each task: another thread does it, and its answer is i.
template<class Ask>
int time_one_task(std::int64_t tasks, const Ask& ask) {
    std::vector<double> waits;
    std::int64_t sum = 0;
    for (std::int64_t i = 0; i < tasks; ++i) {
        const stopwatch clock;
        sum += ask(i);
        waits.push_back(clock.seconds() * 1e6);
    }
    std::sort(waits.begin(), waits.end());
    fmt::print("p50_us: {:.2f}\np99_us: {:.2f}\n", waits[waits.size() / 2],
               waits[waits.size() * 99 / 100]);
    return finish(sum, tasks * (tasks - 1) / 2);
}
