// one_task_pool: one task at a time for a thread that waits for it. How long
// until the answer is there?
//
//     build/bin/one_task_pool --cores two
#include "bounded_queue.hpp"
#include "common/cli.hpp"
#include "common/workers.hpp"
#include "one_task.hpp"
#include "thread_pool.hpp"

#include <sched.h>

#include <future>

// A thread that computes at the lowest priority, so that its core does not go
// to sleep. Everybody else in this session who wants the core gets it at once.
static std::jthread keep_awake(std::size_t core) {
    std::promise<void> spins;
    std::future<void> is_spinning = spins.get_future();
    std::jthread spinner(
        [core, spins = std::move(spins)](const std::stop_token& stop) mutable {
            try {
                use_only(core);
                const sched_param none = {};
                check(::sched_setscheduler(0, SCHED_IDLE, &none), "SCHED_IDLE");
                spins.set_value();
            } catch (...) {
                return spins.set_exception(std::current_exception());
            }
            while (!stop.stop_requested()) {
            }
        });
    is_spinning.get(); // or throws why it does not
    return spinner;
}

int main(int argc, char** argv) try {
    std::int64_t tasks = 3000, awake = 0;
    std::string cores = "any";
    cli("one_task_pool", "Gives a pool one task at a time.")
        .number("tasks", tasks, 1, 10'000'000, "one after the other")
        .choice("cores", cores, {"any", "one", "two"}, "for the two threads")
        .number("awake", awake, 0, 1, "1: no core goes to sleep")
        .parse(argc, argv);
    const std::vector<std::size_t> usable = usable_cores();
    if (cores == "two" && usable.size() < 2)
        throw missing("--cores two needs a second CPU, see taskset and nproc");
    fmt::print("{} tasks, cores: {}{}\n", tasks, cores,
               awake == 1 ? ", awake" : "");
    std::vector<std::jthread> spinners;
    for (std::size_t i = 0; i < usable.size() && awake == 1; ++i)
        spinners.push_back(keep_awake(usable[i]));
    bounded_queue<std::int64_t> answers(1);
    if (cores != "any")
        use_only(usable.at(cores == "two" ? 1 : 0));
    thread_pool pool(1); // its thread stays where we are now
    if (cores != "any")
        use_only(usable.at(0));
    return time_one_task(tasks, [&](std::int64_t i) {
        //> ask
        pool.submit([&answers, i] { answers.put(i); });
        return *answers.get();
        //< ask
    });
} catch (...) {
    return failed("one_task_pool");
}
