// pool_dispatch: tasks that do next to nothing, so that what is measured is
// the pool. --chunk tasks travel in one message, and --prefetch messages may
// wait at a worker.
//
//     build/bin/pool_dispatch --chunk 100
#include "common/cli.hpp"
#include "common/stopwatch.hpp"
#include "process_pool.hpp"

#include <numeric>

int main(int argc, char** argv) try {
    std::int64_t workers = default_workers(), tasks = 20'000, chunk = 1,
                 prefetch = 1;
    cli("pool_dispatch", "Gives tiny tasks to a pool.")
        .number("workers", workers, 1, 1024, "processes")
        .number("tasks", tasks, 1, 100'000'000, "each adds one to a number")
        .number("chunk", chunk, 1, 1'000'000, "tasks in a message")
        .number("prefetch", prefetch, 1, 1'000'000, "messages at a worker")
        .parse(argc, argv);
    fmt::print("workers: {}, tasks: {}, chunk: {}, prefetch: {}\n", workers,
               tasks, chunk, prefetch);
    std::vector<std::int64_t> numbers(static_cast<std::size_t>(tasks));
    std::iota(numbers.begin(), numbers.end(), 0);
    process_pool<std::int64_t, std::int64_t> pool(
        [](const std::int64_t& number) { return number + 1; },
        {.workers = workers, .prefetch = static_cast<int>(prefetch)});
    const stopwatch clock;
    const auto results = pool.map(numbers, static_cast<std::size_t>(chunk));
    fmt::print("tasks_per_s: {:.0f}\n",
               static_cast<double>(tasks) / clock.seconds());
    const auto sum =
        std::accumulate(results.begin(), results.end(), std::int64_t{0});
    return finish(sum, tasks * (tasks + 1) / 2);
} catch (...) {
    return failed("pool_dispatch");
}
