// tasks_tbb: tiny tasks for a task_group of oneTBB, without a future.
//
//     build/bin/tasks_tbb --workers 2
#include "02-threads/tasks.hpp"

#include <tbb/global_control.h>
#include <tbb/task_group.h>

#include <atomic>

int main(int argc, char** argv) try {
    const tasks_job job = parse_tasks_job(
        argc, argv, "tasks_tbb", "Gives tiny tasks to oneTBB.", 300'000);
    const tbb::global_control limit(
        tbb::global_control::max_allowed_parallelism,
        static_cast<std::size_t>(job.workers));
    std::atomic<std::int64_t> sum = 0;
    tbb::task_group group;
    group.run([] {}); // starts the threads
    group.wait();
    const stopwatch clock;
    for (std::int64_t i = 0; i < job.tasks; ++i)
        group.run([&sum, i] { sum.fetch_add(i, std::memory_order_relaxed); });
    group.wait();
    return finish_tasks(job, sum, clock);
} catch (...) {
    return failed("tasks_tbb");
}
