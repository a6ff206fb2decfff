// gil_extension: threads call a function in C++ that lets the lock go for a
// part of its time, as zlib, hashlib and NumPy do. How much of it must be free,
// and how long must a call be, for a second thread to pay?
//
//     build/bin/gil_extension --workers 2 --released-percent 90
#include "arithmetic.hpp"
#include "common/check.hpp"
#include "common/stopwatch.hpp"
#include "countdown.hpp"
#include "gil_options.hpp"

int main(int argc, char** argv) try {
    gil_job job;
    std::int64_t calls = 2000, steps = 100'000, released = 90;
    gil_options("gil_extension", "Calls an extension, in threads.", job)
        .number("calls", calls, 1, 100'000'000, "of all together")
        .number("steps", steps, 1, 100'000'000, "of arithmetic in each")
        .number("released-percent", released, 0, 100, "of them without lock")
        .parse(argc, argv);
    fmt::print("{} calls of {} steps, {} % released, workers: {}, {}\n", calls,
               steps, released, job.workers, described(job));
    const std::int64_t free_steps = steps * released / 100;
    std::atomic<std::uint64_t> sum = 0;
    std::atomic<std::int64_t> next = 0;
    const stopwatch clock;
    with_gil(job, job.workers, [&](auto& gil) {
        //> call
        const auto call = [&](std::uint64_t number) {
            std::uint64_t x = arithmetic(number, steps - free_steps);
            if (free_steps > 0)
                without_gil(gil, [&] { x = arithmetic(x, free_steps); });
            return x;
        };
        //< call
        const auto work = [&](std::int64_t, const std::stop_token&) {
            for (std::int64_t i = 0; (i = next++) < calls;) {
                sum += call(static_cast<std::uint64_t>(i));
                if (gil.every_instruction() || gil.at_jump())
                    yield_gil(gil);
            }
        };
        start_holding(gil, job.workers, work); // joined at once
        print_counts(gil.counts());
    });
    fmt::print("extension_s: {:.4f}\n", clock.seconds());
    // The arithmetic is linear: so many steps at once, of the sum of all.
    const auto n = static_cast<std::uint64_t>(calls);
    const std::uint64_t from_zero = arithmetic(0, steps);
    const std::uint64_t factor = arithmetic(1, steps) - from_zero;
    return finish(sum.load(), n * (n - 1) / 2 * factor + n * from_zero);
} catch (...) {
    return failed("gil_extension");
}
