// tasks_asio: tiny tasks for Asio's thread_pool; with --futures 1 each has a
// future, as in ours.
//
//     build/bin/tasks_asio --futures 1
#include "02-threads/tasks.hpp"

#include <asio/packaged_task.hpp>
#include <asio/post.hpp>
#include <asio/thread_pool.hpp>

#include <atomic>
#include <future>
#include <vector>

int main(int argc, char** argv) try {
    std::int64_t with_futures = 0;
    tasks_job job;
    job.tasks = 300'000;
    tasks_options("tasks_asio", "Gives tiny tasks to Asio's pool.", job)
        .number("futures", with_futures, 0, 1, "1: with a future for each")
        .parse(argc, argv);
    fmt::print("{} tasks, workers: {}\n", job.tasks, job.workers);
    std::atomic<std::int64_t> sum = 0;
    std::vector<std::future<std::int64_t>> futures;
    futures.reserve(static_cast<std::size_t>(with_futures * job.tasks));
    asio::thread_pool pool(static_cast<std::size_t>(job.workers));
    const stopwatch clock;
    for (std::int64_t i = 0; i < job.tasks; ++i) {
        if (with_futures == 1)
            futures.push_back(asio::post(
                pool, std::packaged_task<std::int64_t()>([i] { return i; })));
        else
            asio::post(pool, [&sum, i] {
                sum.fetch_add(i, std::memory_order_relaxed);
            });
    }
    for (auto& future : futures)
        sum += future.get();
    pool.join(); // Asio's word for: wait for all tasks
    return finish_tasks(job, sum, clock);
} catch (...) {
    return failed("tasks_asio");
}
