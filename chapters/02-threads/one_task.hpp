// One task at a time: the caller gives it away, and sleeps until it is done.
// What is measured is that wait, for each task.
#pragma once

#include "common/check.hpp"
#include "common/cli.hpp"
#include "common/one_core.hpp"
#include "common/stopwatch.hpp"
#include "common/workers.hpp"

#include <sched.h>

#include <algorithm>
#include <cstdint>
#include <future>
#include <thread>
#include <vector>

struct one_task_job {
    std::int64_t tasks = 3000, awake = 0;
};

inline cli one_task_options(const char* program, const char* what,
                            one_task_job& job) {
    cli options(program, what);
    options.number("tasks", job.tasks, 1, 10'000'000, "one after the other")
        .number("awake", job.awake, 0, 1, "1: no core goes to sleep");
    return options;
}

// One thread a core that computes at the lowest priority, so that no core goes
// to sleep. Everybody else in this session who wants the core gets it at once.
// To be called before the caller keeps to one core, for its threads would, too.
inline std::vector<std::jthread> keep_awake(const one_task_job& job) {
    std::vector<std::jthread> spinners;
    for (const std::size_t core : usable_cores()) {
        if (job.awake == 0)
            break;
        std::promise<void> spins;
        std::future<void> is_spinning = spins.get_future();
        spinners.emplace_back([core, spins = std::move(spins)](
                                  const std::stop_token& stop) mutable {
            try {
                use_only(core);
                const sched_param none = {};
                check(::sched_setscheduler(0, SCHED_IDLE, &none), "SCHED_IDLE");
                spins.set_value();
            } catch (...) {
                spins.set_exception(std::current_exception());
                return;
            }
            while (!stop.stop_requested()) {
            }
        });
        is_spinning.get(); // or throws why it does not
    }
    return spinners;
}

// Calls ask(i) for each task: another thread does it, and its answer is i.
template<class Ask>
int time_one_task(const one_task_job& job, const Ask& ask) {
    std::vector<double> waits;
    std::int64_t sum = 0;
    for (std::int64_t i = 0; i < job.tasks; ++i) {
        const stopwatch clock;
        sum += ask(i);
        waits.push_back(clock.seconds() * 1e6);
    }
    std::sort(waits.begin(), waits.end());
    fmt::print("p50_us: {:.2f}\np99_us: {:.2f}\n", waits[waits.size() / 2],
               waits[waits.size() * 99 / 100]);
    return finish(sum, job.tasks * (job.tasks - 1) / 2);
}
