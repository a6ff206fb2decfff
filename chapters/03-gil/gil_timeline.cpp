// gil_timeline: who runs, who waits, who is elsewhere? Two threads that compute
// and one that mostly naps, drawn from what happened on this machine.
//
//     build/bin/gil_timeline --gil new
#include "common/check.hpp"
#include "countdown.hpp"
#include "gil_options.hpp"
#include "timeline.hpp"

int main(int argc, char** argv) try {
    gil_job job;
    std::int64_t ms = 60, nap_us = 8000, columns = 72;
    gil_options("gil_timeline", "Draws who holds a GIL, and who waits.", job, 0)
        .number("ms", ms, 1, 10'000, "to draw")
        .number("nap-us", nap_us, 1, 1'000'000, "of the thread that naps")
        .number("columns", columns, 10, 1000, "of the picture")
        .parse(argc, argv);
    fmt::print("{} ms, {} threads compute, one naps for {} us, {}\n", ms,
               job.workers, nap_us, described(job));
    timeline line(job.workers + 1, std::chrono::milliseconds(ms));
    with_gil(job, job.workers + 1, [&](auto& gil) {
        std::vector<std::jthread> threads;
        threads.reserve(static_cast<std::size_t>(job.workers) + 1);
        for (std::int64_t w = 0; w < job.workers; ++w)
            threads.emplace_back([&, w] {
                traced lock(gil,
                            line.lane_of(w, fmt::format("computes {}", w)));
                with_gil(lock, [&] {
                    while (!line.over())
                        interpreter(lock).run(countdown, 1000);
                });
            });
        threads.emplace_back([&] {
            traced lock(gil, line.lane_of(job.workers, "naps"));
            with_gil(lock, [&] {
                while (!line.over())
                    without_gil(lock, [&] {
                        std::this_thread::sleep_for(
                            std::chrono::microseconds(nap_us));
                    });
            });
        });
        threads.clear(); // joins all
        line.draw(columns);
        print_counts(gil.counts());
    });
    fmt::print("overlaps: {}\n", line.overlaps());
    if (job.gil != "none" && line.overlaps() > 0)
        return finish<std::string>("two had it at once", "one at a time");
    return finish(line.holders(), job.workers + 1);
} catch (...) {
    return failed("gil_timeline");
}
