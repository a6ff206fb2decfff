// barrier: threads that work step by step, and wait for each other after each
// step, because the next one reads what the neighbours have written.
//
//     build/bin/barrier --workers 4
#include "common/check.hpp"
#include "common/cli.hpp"
#include "common/workers.hpp"

#include <algorithm>
#include <barrier>
#include <thread>
#include <vector>

using row = std::vector<unsigned char>; // cells of 0 or 1, the ends meet

// A cell of the next row is the exclusive or of the two neighbours.
static void step(const row& from, row& to, std::size_t first, std::size_t end) {
    const std::size_t n = from.size();
    for (std::size_t i = first; i < end; ++i)
        to[i] = from[(i + n - 1) % n] ^ from[(i + 1) % n];
}

static std::int64_t ones(const row& cells) {
    return std::count(cells.begin(), cells.end(), 1);
}

int main(int argc, char** argv) try {
    std::int64_t workers = default_workers(), steps = 1000;
    cli("barrier", "Computes step by step, in threads.")
        .number("workers", workers, 1, 1024, "threads")
        .number("steps", steps, 0, 1'000'000, "rows to compute")
        .parse(argc, argv);
    fmt::print("4097 cells, {} steps, workers: {}\n", steps, workers);
    row now(4097), next(4097);
    now[2048] = 1;
    const row start = now;
    //> steps
    std::barrier all_done(workers, [&]() noexcept { now.swap(next); });
    std::vector<std::jthread> threads;
    const auto work = [&](std::int64_t w) {
        const auto first = static_cast<std::size_t>(4097 * w / workers);
        const auto end = static_cast<std::size_t>(4097 * (w + 1) / workers);
        for (std::int64_t s = 0; s < steps; ++s) {
            step(now, next, first, end);
            all_done.arrive_and_wait(); // the last one swaps the rows
        }
    };
    try {
        for (std::int64_t w = 0; w < workers; ++w)
            threads.emplace_back(work, w);
    } catch (...) { // nobody comes for those that the system does not give
        for (auto missing = workers - std::ssize(threads); missing > 0;
             --missing)
            all_done.arrive_and_drop();
        throw;
    }
    //< steps
    threads.clear(); // joins all
    row alone = start, other(4097);
    for (std::int64_t s = 0; s < steps; ++s) {
        step(alone, other, 0, alone.size());
        alone.swap(other);
    }
    return finish(ones(now), now == alone ? ones(alone) : -1);
} catch (...) {
    return failed("barrier");
}
