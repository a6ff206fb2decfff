// Many items, each of which a task handles, waiting a while for somebody.
#pragma once

#include "event_loop.hpp"
#include "frames.hpp"
#include "task_group.hpp"

#include "04-data-parallelism/peak_memory.hpp"
#include "common/cli.hpp"
#include "common/stopwatch.hpp"

struct many_items_job {
    std::int64_t items = 100'000, at_a_time = 1000;
};
struct many_items_state {
    std::int64_t alive = 0, most_alive = 0, sum = 0;
};

// A row, as it comes from a file: some 200 bytes.
struct item {
    std::int64_t number = 0;
    std::string text;
};
inline item make_item(std::int64_t i) {
    return {i, std::string(200, char('a' + i % 26))};
}

inline task<void> handle(item one, many_items_state& state) {
    state.most_alive = std::max(state.most_alive, ++state.alive);
    co_await sleep_for(std::chrono::milliseconds(1)); // a server's answer
    --state.alive;
    state.sum += one.number;
}

inline many_items_job parse_many_items_job(int argc, char** argv,
                                           const char* program) {
    many_items_job job;
    cli(program, "Handles items, a task for each.")
        .number("items", job.items, 1, 10'000'000, "to handle")
        .number("at-a-time", job.at_a_time, 1, 10'000'000,
                "items, if that is bounded")
        .parse(argc, argv);
    fmt::print("{} items of 200 bytes, 1 ms of waiting each\n", job.items);
    return job;
}

inline int time_many_items(const many_items_job& job,
                           task<void> (*handle_all)(const many_items_job&,
                                                    many_items_state&)) {
    many_items_state state;
    const std::int64_t before = peak_kib();
    const stopwatch clock;
    event_loop().run(handle_all(job, state));
    fmt::print("items_per_s: {:.0f}\nmost_alive: {}\npeak_kib: {}\n",
               double(job.items) / clock.seconds(), state.most_alive,
               peak_kib() - before);
    print_coroutine_frames();
    return finish(state.sum, job.items * (job.items - 1) / 2);
}
