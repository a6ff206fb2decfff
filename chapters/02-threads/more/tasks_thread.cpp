// tasks_thread: a new thread for each tiny task, at most as many at a time as
// there are workers.
//
//     build/bin/tasks_thread --workers 2
#include "02-threads/tasks.hpp"

#include <atomic>
#include <thread>
#include <vector>

int main(int argc, char** argv) try {
    const tasks_job job = parse_tasks_job(
        argc, argv, "tasks_thread", "Starts a thread for each task.", 10'000);
    std::atomic<std::int64_t> sum = 0;
    const stopwatch clock;
    //> tasks
    std::vector<std::jthread> running(static_cast<std::size_t>(job.workers));
    for (std::int64_t i = 0; i < job.tasks; ++i) {
        std::jthread& place =
            running[static_cast<std::size_t>(i % job.workers)];
        if (place.joinable())
            place.join();
        place = std::jthread([&sum, i] { sum += i; });
    }
    running.clear(); // joins all
    //< tasks
    return finish_tasks(job, sum, clock);
} catch (...) {
    return failed("tasks_thread");
}
