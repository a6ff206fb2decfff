// one_task_thread: a new thread for each task, one at a time. How long until
// the answer is there?
//
//     build/bin/one_task_thread --cores one
#include "02-threads/one_task.hpp"
#include "common/cli.hpp"
#include "common/workers.hpp"

#include <thread>

int main(int argc, char** argv) try {
    std::int64_t tasks = 3000;
    std::string cores = "any";
    cli("one_task_thread", "Starts a thread for each task.")
        .number("tasks", tasks, 1, 10'000'000, "one after the other")
        .choice("cores", cores, {"any", "one"}, "for both threads")
        .parse(argc, argv);
    fmt::print("{} tasks, cores: {}\n", tasks, cores);
    if (cores == "one")
        use_core(0);
    return time_one_task(tasks, [](std::int64_t i) {
        std::int64_t answer = -1;
        std::jthread([&] { answer = i; }).join();
        return answer; // written before join returned
    });
} catch (...) {
    return failed("one_task_thread");
}
