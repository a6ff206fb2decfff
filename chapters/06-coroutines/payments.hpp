// A hundred tasks each pay one in: look at the sum, wait for something, write.
#pragma once

#include "async_mutex.hpp"
#include "event_loop.hpp"
#include "frames.hpp"
#include "task_group.hpp"

#include "common/cli.hpp"

struct payments {
    std::int64_t sum = 0;
    async_mutex lock;
};

// Runs `pay_in` so many times at once, and returns the sum.
inline std::int64_t pay_in_all(std::int64_t tasks,
                               task<void> (*pay_in)(payments&)) {
    payments shared;
    auto body = [&](task_group& group) -> task<void> {
        for (std::int64_t i = 0; i < tasks; ++i)
            group.spawn(pay_in(shared));
        co_return;
    };
    event_loop().run(in_group(body));
    print_coroutine_frames();
    return shared.sum;
}

inline std::int64_t parse_payments(int argc, char** argv, const char* program) {
    std::int64_t tasks = 100;
    cli(program, "Pays in, many times at once.")
        .number("tasks", tasks, 1, 1'000'000, "that pay in 1 each")
        .parse(argc, argv);
    fmt::print("{} tasks pay in 1 each\n", tasks);
    return tasks;
}
