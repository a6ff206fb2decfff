// counter_neighbours: a counter for each thread, in atomic steps. The only
// question is how far apart they lie.
//
//     build/bin/counter_neighbours --apart 64
#include "02-threads/counter.hpp"

#include <atomic>

int main(int argc, char** argv) try {
    counter_job job;
    std::int64_t apart = 8;
    counter_options("counter_neighbours", "Counts side by side, in threads.",
                    job)
        .number("apart", apart, 8, 4096, "bytes from one to the next; by 8")
        .parse(argc, argv);
    apart -= apart % 8; // as long as a counter
    fmt::print("{} counts, workers: {}, {} bytes apart\n", job.counts,
               job.workers, apart);
    const auto step = static_cast<std::size_t>(apart / 8);
    std::vector<std::atomic<std::int64_t>> counts(
        static_cast<std::size_t>(job.workers) * step);
    //> count
    count_in_threads(job, [&](std::size_t worker, std::int64_t n) {
        auto& own = counts[worker * step];
        for (std::int64_t i = 0; i < n; ++i)
            own.fetch_add(1, std::memory_order_relaxed);
    });
    //< count
    std::int64_t sum = 0;
    for (const auto& count : counts)
        sum += count.load();
    return finish(sum, job.counts);
} catch (...) {
    return failed("counter_neighbours");
}
