// Ten dots, one after the other, as in the snakes article.
#pragma once

#include "common/check.hpp"
#include "common/cli.hpp"

#include <atomic>
#include <chrono>
#include <thread>

inline constexpr int all_dots = 10;

struct dots_job {
    std::int64_t nap_ms = 20;
};

inline dots_job parse_dots_job(int argc, char** argv, const char* program) {
    dots_job job;
    cli(program, "Prints dots in a thread.")
        .number("nap-ms", job.nap_ms, 1, 10'000, "before each dot")
        .parse(argc, argv);
    fmt::print("{} dots, a nap of {} ms before each\n", all_dots, job.nap_ms);
    return job;
}

inline void print_dots(dots_job job, std::atomic<int>& printed) {
    for (int i = 0; i < all_dots; ++i) {
        std::this_thread::sleep_for(std::chrono::milliseconds(job.nap_ms));
        fmt::print(".");
        std::fflush(stdout);
        ++printed;
    }
}

// Says so, and how many dots there were by then.
inline int say_done(const std::atomic<int>& printed) {
    const int so_far = printed;
    fmt::print("Done\n");
    return so_far;
}

inline int finish_dots(int before_done, int printed) {
    fmt::print("\ndots_before_done: {}\n", before_done);
    return finish(printed, all_dots);
}
