// seen_from_outside: a hundred processes, threads and tasks that wait. How many
// does the kernel list, and what does it say of them?
//
//     build/bin/seen_from_outside --each 100
#include "06-coroutines/event_loop.hpp"
#include "06-coroutines/frames.hpp"
#include "06-coroutines/task_group.hpp"

#include "01-processes/process.hpp"
#include "common/cli.hpp"

#include <filesystem>
#include <fstream>
#include <latch>
#include <thread>

// Threads of a process, as ps -L and a debugger list them.
static std::int64_t threads_of(const std::string& process) {
    const std::filesystem::directory_iterator all("/proc/" + process + "/task");
    return std::distance(begin(all), end(all));
}
// Processes that the kernel calls our children.
static std::int64_t children_of_ours() {
    std::ifstream file("/proc/thread-self/children");
    std::int64_t count = 0;
    for (pid_t child = 0; file >> child;)
        ++count;
    return count;
}

//> tasks
static task<void> waits(async_event& go) {
    co_await go.wait(); // in no list but the event's
}
static task<std::int64_t> seen_while_tasks_wait(std::int64_t each) {
    async_event go;
    std::int64_t seen = 0;
    auto body = [&](task_group& group) -> task<void> {
        for (std::int64_t i = 0; i < each; ++i)
            group.spawn(waits(go), "a task that waits");
        co_await next_turn();
        seen = threads_of("self") - 1;
        go.set();
    };
    co_await in_group(body);
    co_return seen;
}
//< tasks

int main(int argc, char** argv) try {
    std::int64_t each = 100;
    cli("seen_from_outside", "Counts what the kernel lists.")
        .number("each", each, 1, 10'000, "processes, threads and tasks")
        .parse(argc, argv);
    fmt::print("{} of each wait\n", each);
    std::int64_t processes = 0;
    {
        std::vector<process> children;
        for (std::int64_t i = 0; i < each; ++i)
            children.emplace_back([] { return ::pause(); });
        processes = children_of_ours();
    }
    std::int64_t threads = 0;
    {
        std::latch go(1);
        std::vector<std::jthread> all;
        try {
            for (std::int64_t i = 0; i < each; ++i)
                all.emplace_back([&] { go.wait(); });
        } catch (...) { // there are no more: those that there are may go
            go.count_down();
            throw;
        }
        threads = threads_of("self") - 1;
        go.count_down();
    }
    const std::int64_t tasks = event_loop().run(seen_while_tasks_wait(each));
    fmt::print("processes_listed: {}\nthreads_listed: {}\ntasks_listed: {}\n",
               processes, threads, tasks);
    print_coroutine_frames();
    return finish(processes + threads + tasks, 2 * each);
} catch (...) {
    return failed("seen_from_outside");
}
