// gil_interpreters: several interpreters in one process. Each has a GIL of its
// own, as they may have since Python 3.12, or all share one, as before.
//
//     build/bin/gil_interpreters --workers 2 --own 1
#include "common/check.hpp"
#include "common/cli.hpp"
#include "common/stopwatch.hpp"
#include "common/workers.hpp"
#include "countdown.hpp"
#include "gil.hpp"

#include <deque>

int main(int argc, char** argv) try {
    std::int64_t workers = default_workers(), counts = 10'000'000, own = 1;
    cli("gil_interpreters", "Counts down, in several interpreters.")
        .number("workers", workers, 1, 1024, "interpreters, one thread each")
        .number("counts", counts, 1, 1'000'000'000, "of all together")
        .number("own", own, 0, 1, "1: each has its own lock")
        .parse(argc, argv);
    fmt::print("{} counts, workers: {}, own: {}\n", counts, workers, own);
    std::deque<new_gil> gils(own == 1 ? static_cast<std::size_t>(workers) : 1);
    std::atomic<std::int64_t> done = 0;
    const stopwatch clock;
    std::vector<std::jthread> threads;
    threads.reserve(static_cast<std::size_t>(workers));
    for (std::int64_t w = 0; w < workers; ++w)
        threads.emplace_back([&, w] {
            new_gil& gil = gils[static_cast<std::size_t>(own * w)];
            with_gil(gil, [&] {
                done += interpreter(gil).run(countdown,
                                             share_of(counts, w, workers));
            });
        });
    threads.clear(); // joins all
    fmt::print("count_s: {:.4f}\n", clock.seconds());
    std::int64_t handoffs = 0;
    for (const new_gil& gil : gils)
        handoffs += gil.counts().handoffs;
    fmt::print("handoffs: {}\n", handoffs);
    return finish(done.load(), counts);
} catch (...) {
    return failed("gil_interpreters");
}
