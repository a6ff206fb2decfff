// task_cost_asio: the same with Asio's awaitables and co_spawn.
//
//     build/bin/task_cost_asio
#include "06-coroutines/task_cost.hpp"

#include <asio/awaitable.hpp>
#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/io_context.hpp>
#include <asio/post.hpp>
#include <asio/use_awaitable.hpp>

static asio::awaitable<std::int64_t> number(std::int64_t i) {
    co_return i;
}
static asio::awaitable<void> await_each(std::int64_t count, std::int64_t& sum) {
    for (std::int64_t i = 0; i < count; ++i)
        sum += co_await number(i);
}
static asio::awaitable<void> add(std::int64_t i, std::int64_t& sum) {
    sum += i;
    co_return;
}

int main(int argc, char** argv) try {
    const task_cost_job job = parse_task_cost_job(argc, argv, "task_cost_asio");
    std::int64_t sum = 0;
    const auto spawn_all = [&sum](std::int64_t from, std::int64_t count) {
        asio::io_context loop(1); // for one thread
        for (std::int64_t i = from; i < from + count; ++i)
            asio::co_spawn(loop, add(i, sum), asio::detached);
        const double alive = allocated_bytes();
        loop.run();
        return alive;
    };
    asio::io_context loop(1);
    asio::co_spawn(loop, await_each(job.awaits, sum), asio::detached);
    const stopwatch awaiting;
    loop.run();
    fmt::print("await_ns: {:.1f}\n",
               1e9 * awaiting.seconds() / double(job.awaits));

    const stopwatch batches;
    for (std::int64_t i = 0; i < job.tasks; i += job.batch)
        spawn_all(i, job.batch);
    fmt::print("batch_ns: {:.1f}\n",
               1e9 * batches.seconds() / double(job.tasks));

    // Spawned within a loop that runs each starts at once, so there is never
    // more than one; and Asio has its memory at hand.
    std::int64_t singly = 0;
    const auto spawn_batches = [&]() -> asio::awaitable<void> {
        const auto here = co_await asio::this_coro::executor;
        for (std::int64_t i = 0; i < job.tasks; ++i) {
            asio::co_spawn(here, add(i, singly), asio::detached);
            if ((i + 1) % job.batch == 0)
                co_await asio::post(here, asio::use_awaitable);
        }
    };
    asio::co_spawn(loop, spawn_batches(), asio::detached);
    loop.restart();
    const stopwatch one_by_one;
    loop.run();
    fmt::print("one_by_one_ns: {:.1f}\n",
               1e9 * one_by_one.seconds() / double(job.tasks));
    if (singly != sum_below(job.tasks))
        throw wrong_result("one by one: not all have run");

    const double before = allocated_bytes();
    const stopwatch spawning;
    const double alive = spawn_all(0, job.tasks);
    fmt::print("at_once_ns: {:.1f}\nbytes_each: {:.0f}\n",
               1e9 * spawning.seconds() / double(job.tasks),
               (alive - before) / double(job.tasks));
    return finish_task_cost(job, sum);
} catch (...) {
    return failed("task_cost_asio");
}
