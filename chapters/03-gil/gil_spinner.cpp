// gil_spinner: a thread draws a frame every 10 ms while others compute under
// the same GIL. How late is a frame?
//
//     build/bin/gil_spinner --workers 1
#include "common/check.hpp"
#include "common/stopwatch.hpp"
#include "countdown.hpp"
#include "gil_options.hpp"
#include "quiet.hpp"

#include <algorithm>

int main(int argc, char** argv) try {
    gil_job job;
    job.workers = 1;
    std::int64_t frames = 50, frame_us = 10'000;
    gil_options("gil_spinner", "Draws frames while others compute.", job, 0)
        .number("frames", frames, 1, 100'000, "to draw")
        .number("frame-us", frame_us, 100, 10'000'000, "from one to the next")
        .parse(argc, argv);
    fmt::print("{} frames, one in {} us, workers: {}, {}\n", frames, frame_us,
               job.workers, described(job));
    const quiet_cores cores;
    std::vector<double> late_us;
    with_gil(job, job.workers + 1, [&](auto& gil) {
        const auto computing = start_computing(gil, job.workers);
        with_gil(gil, [&] {
            for (std::int64_t frame = 0; frame < frames; ++frame) {
                const stopwatch clock;
                without_gil(gil, [&] {
                    std::this_thread::sleep_for(
                        std::chrono::microseconds(frame_us));
                });
                late_us.push_back(clock.seconds() * 1e6 - double(frame_us));
            }
        });
    });
    std::sort(late_us.begin(), late_us.end());
    if (cores.print())
        fmt::print("late_p50_us: {:.0f}\nlate_max_us: {:.0f}\n",
                   late_us[late_us.size() / 2], late_us.back());
    return finish(late_us.size(), static_cast<std::size_t>(frames));
} catch (...) {
    return failed("gil_spinner");
}
