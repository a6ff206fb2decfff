// Many tasks that do next to nothing: task i returns i. What is measured is the
// throughput of handing them out; how long one waits, one_task.hpp tells.
#pragma once

#include "common/check.hpp"
#include "common/cli.hpp"
#include "common/stopwatch.hpp"
#include "common/workers.hpp"

#include <cstdint>

struct tasks_job {
    std::int64_t workers = default_workers(), tasks = 0;
};

inline cli tasks_options(const char* program, const char* what,
                         tasks_job& job) {
    cli options(program, what);
    options.number("workers", job.workers, 1, 1024, "threads")
        .number("tasks", job.tasks, 1, 100'000'000, "task i returns i");
    return options;
}

inline tasks_job parse_tasks_job(int argc, char** argv, const char* program,
                                 const char* what, std::int64_t tasks) {
    tasks_job job;
    job.tasks = tasks;
    tasks_options(program, what, job).parse(argc, argv);
    fmt::print("{} tasks, workers: {}\n", job.tasks, job.workers);
    return job;
}

// `sum` is that of all that the tasks have returned.
inline int finish_tasks(const tasks_job& job, std::int64_t sum,
                        const stopwatch& clock) {
    fmt::print("tasks_per_s: {:.0f}\n",
               static_cast<double>(job.tasks) / clock.seconds());
    return finish(sum, job.tasks * (job.tasks - 1) / 2);
}
