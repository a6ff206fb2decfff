// serial_part: a job of which a part cannot be divided. How much faster do more
// workers make it, and what does Amdahl's law say?
//
//     build/bin/serial_part --serial-percent 10 --workers 4
#include "02-threads/thread_pool.hpp"
#include "03-gil/arithmetic.hpp"
#include "common/check.hpp"
#include "common/cli.hpp"
#include "common/stopwatch.hpp"

// Source: Amdahl, "Validity of the single processor approach to achieving large
// scale computing capabilities", AFIPS 1967.
static double amdahl(double serial, std::int64_t workers) {
    return 1 / (serial + (1 - serial) / double(workers));
}

int main(int argc, char** argv) try {
    std::int64_t percent = 10, workers = default_workers(), rounds = 5;
    cli("serial_part", "Divides a part of a job among threads.")
        .number("serial-percent", percent, 0, 100, "that one thread must do")
        .number("workers", workers, 1, 1024, "threads for the rest")
        .number("rounds", rounds, 1, 10'000, "alone, and by all workers")
        .parse(argc, argv);
    fmt::print("{} % serial, workers: {}, CPUs: {}\n", percent, workers,
               default_workers());
    // A thousand pieces: 64 workers can share them evenly.
    const std::int64_t pieces = 1000, steps = 10'000;
    const std::int64_t serial = pieces * percent / 100;
    thread_pool pool(workers);
    std::atomic<std::uint64_t> sum = 0;
    const auto piece = [&](std::int64_t i) {
        sum += arithmetic(std::uint64_t(i), steps);
    };
    std::vector<double> speedups;
    for (std::int64_t round = 0; round < rounds; ++round) {
        const stopwatch clock;
        for (std::int64_t i = 0; i < pieces; ++i)
            piece(i);
        const double alone = clock.seconds();
        //> job
        for (std::int64_t i = 0; i < serial; ++i)
            piece(i);
        pool.parallel_for(pieces - serial, 1,
                          [&](std::int64_t i) { piece(serial + i); });
        //< job
        speedups.push_back(alone / (clock.seconds() - alone));
    }
    std::sort(speedups.begin(), speedups.end());
    const double part = double(percent) / 100;
    fmt::print("speedup_ratio: {:.2f}\npredicted_ratio: {:.2f}\n",
               speedups[speedups.size() / 2],
               amdahl(part, std::min(workers, default_workers())));
    fmt::print("with_a_cpu_each_ratio: {:.2f}\n", amdahl(part, workers));
    std::uint64_t expected = 0;
    for (std::int64_t i = 0; i < pieces; ++i)
        expected += arithmetic(std::uint64_t(i), steps);
    return finish(sum.load(), 2 * std::uint64_t(rounds) * expected);
} catch (...) {
    return failed("serial_part");
}
