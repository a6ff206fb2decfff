// What is asked of tasks, ours and others': await a child so many times, and
// spawn so many, some at a time and all at once. In this order: a heap that has
// held a million tasks is slow for Asio afterwards.
#pragma once

#include "common/check.hpp"
#include "common/cli.hpp"
#include "common/stopwatch.hpp"

#include <malloc.h>

struct task_cost_job {
    std::int64_t awaits = 5'000'000, tasks = 1'000'000, batch = 1000;
};

inline task_cost_job parse_task_cost_job(int argc, char** argv,
                                         const char* program) {
    task_cost_job job;
    cli(program, "Awaits and spawns tasks that do nothing.")
        .number("awaits", job.awaits, 1, 1'000'000'000,
                "of a child, one by one")
        .number("tasks", job.tasks, 1, 100'000'000, "to spawn")
        .number("batch", job.batch, 1, 100'000'000, "tasks at a time")
        .parse(argc, argv);
    job.batch = std::min(job.batch, job.tasks);
    job.tasks -= job.tasks % job.batch;
    fmt::print("{} awaits; {} tasks, {} at a time, then all at once\n",
               job.awaits, job.tasks, job.batch);
    return job;
}

// Bytes that malloc has given out, and its own beside them.
inline double allocated_bytes() {
    const auto info = ::mallinfo2();
    return double(info.uordblks) + double(info.hblkhd);
}

// Each returns what it was given: 0 + 1 + ... + (n - 1).
inline std::int64_t sum_below(std::int64_t n) {
    return n * (n - 1) / 2;
}
inline int finish_task_cost(const task_cost_job& job, std::int64_t sum) {
    return finish(sum, sum_below(job.awaits) + 2 * sum_below(job.tasks));
}
