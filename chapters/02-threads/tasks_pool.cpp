// tasks_pool: tiny tasks for our pool, with a future for each result.
//
//     build/bin/tasks_pool --workers 2
#include "tasks.hpp"
#include "thread_pool.hpp"

int main(int argc, char** argv) try {
    const tasks_job job = parse_tasks_job(
        argc, argv, "tasks_pool", "Gives tiny tasks to our pool.", 300'000);
    std::vector<pool_future<std::int64_t>> futures;
    futures.reserve(static_cast<std::size_t>(job.tasks));
    thread_pool pool(job.workers);
    const stopwatch clock;
    //> tasks
    for (std::int64_t i = 0; i < job.tasks; ++i)
        futures.push_back(pool.submit([i] { return i; }));
    std::int64_t sum = 0;
    for (auto& future : futures)
        sum += future.get();
    //< tasks
    return finish_tasks(job, sum, clock);
} catch (...) {
    return failed("tasks_pool");
}
