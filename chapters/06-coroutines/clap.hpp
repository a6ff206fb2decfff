// Hands that fall asleep after a while, if they are let.
#pragma once

#include "event_loop.hpp"
#include "frames.hpp"
#include "task_group.hpp"

#include "common/cli.hpp"
#include "common/stopwatch.hpp"

struct hands {
    bool asleep = false;
    std::int64_t claps = 0;
    double patience_ms = 0; // who never sleeps stops after that
};

inline int clap_until_asleep(int argc, char** argv, const char* program,
                             task<void> (*applause)(hands&), bool broken) {
    std::int64_t ms = 50;
    cli(program, "Claps until the hands are asleep.")
        .number("ms", ms, 1, 10'000, "after which they fall asleep")
        .parse(argc, argv);
    fmt::print("hands that fall asleep after {} ms\n", ms);
    hands ours;
    ours.patience_ms = 4 * double(ms);
    auto fall_asleep = [&]() -> task<void> {
        co_await sleep_for(std::chrono::milliseconds(ms));
        ours.asleep = true;
    };
    bool slept = false;
    auto evening = [&](task_group& group) -> task<void> {
        group.spawn(fall_asleep());
        co_await applause(ours);
        slept = ours.asleep;
    };
    const stopwatch clock;
    event_loop().run(in_group(evening));
    fmt::print("claps: {}\ntotal_ms: {:.1f}\ncpu_ms: {:.1f}\n", ours.claps,
               1e3 * clock.seconds(), cpu_ms(CLOCK_PROCESS_CPUTIME_ID));
    print_coroutine_frames();
    const std::string result = slept ? "asleep" : "awake", expected = "asleep";
    return broken ? finish_broken(result, expected) : finish(result, expected);
}
