// task_cost: what it takes to await a task, and to run many beside each other.
//
//     build/bin/task_cost
#include "task_cost.hpp"

#include "event_loop.hpp"
#include "frames.hpp"
#include "task_group.hpp"

//> cost
static task<std::int64_t> number(std::int64_t i) {
    co_return i;
}
static task<void> await_each(std::int64_t count, std::int64_t& sum) {
    for (std::int64_t i = 0; i < count; ++i)
        sum += co_await number(i);
}

static task<void> add(std::int64_t i, std::int64_t& sum) {
    sum += i;
    co_return;
}
static task<void> spawn_all(std::int64_t from, std::int64_t count,
                            std::int64_t& sum) {
    auto body = [&](task_group& group) -> task<void> {
        for (std::int64_t i = from; i < from + count; ++i)
            group.spawn(add(i, sum));
        co_return; // only now do they begin
    };
    co_await in_group(body);
}
//< cost

static task<void> measure(const task_cost_job& job, std::int64_t& sum) {
    const stopwatch awaiting;
    co_await await_each(job.awaits, sum);
    fmt::print("await_ns: {:.1f}\n",
               1e9 * awaiting.seconds() / double(job.awaits));

    const stopwatch batches;
    for (std::int64_t i = 0; i < job.tasks; i += job.batch)
        co_await spawn_all(i, job.batch, sum);
    fmt::print("batch_ns: {:.1f}\n",
               1e9 * batches.seconds() / double(job.tasks));

    const double before = allocated_bytes();
    double alive = 0;
    auto at_once = [&](task_group& group) -> task<void> {
        for (std::int64_t i = 0; i < job.tasks; ++i)
            group.spawn(add(i, sum));
        alive = allocated_bytes() - before;
        co_return;
    };
    const stopwatch spawning;
    co_await in_group(at_once);
    fmt::print("at_once_ns: {:.1f}\nbytes_each: {:.0f}\n",
               1e9 * spawning.seconds() / double(job.tasks),
               alive / double(job.tasks));
}

int main(int argc, char** argv) try {
    const task_cost_job job = parse_task_cost_job(argc, argv, "task_cost");
    std::int64_t sum = 0;
    event_loop().run(measure(job, sum));
    print_coroutine_frames();
    return finish_task_cost(job, sum);
} catch (...) {
    return failed("task_cost");
}
