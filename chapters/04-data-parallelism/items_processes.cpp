// items_processes: a hundred thousand items of a microsecond each, through a
// pool of processes, some in each message.
//
//     build/bin/items_processes --chunk 100
#include "01-processes/process_pool.hpp"
#include "03-gil/arithmetic.hpp"
#include "common/check.hpp"
#include "common/cli.hpp"

#include <numeric>

int main(int argc, char** argv) try {
    std::int64_t workers = default_workers(), items = 100'000, chunk = 1,
                 prefetch = 1;
    constexpr std::int64_t steps = 750;
    cli("items_processes", "Works on small items in processes.")
        .number("workers", workers, 1, 1024, "processes")
        .number("items", items, 1, 10'000'000, "of a microsecond each")
        .number("chunk", chunk, 1, 10'000'000, "items in a message")
        .number("prefetch", prefetch, 1, 1000, "messages at a worker")
        .parse(argc, argv);
    fmt::print("{} items, {} in a message, prefetch: {}, workers: {}\n", items,
               chunk, prefetch, workers);
    std::vector<std::uint64_t> numbers(static_cast<std::size_t>(items));
    std::iota(numbers.begin(), numbers.end(), 0);
    process_pool<std::uint64_t, std::uint64_t> pool(
        [](const std::uint64_t& i) { return arithmetic(i, steps); },
        {.workers = workers, .prefetch = int(prefetch)});
    const stopwatch clock;
    const std::vector<std::uint64_t> results =
        pool.map(numbers, static_cast<std::size_t>(chunk));
    const double seconds = clock.seconds();
    fmt::print("items_per_s: {:.0f}\nitem_us: {:.3f}\n",
               double(items) / seconds, 1e6 * seconds / double(items));
    std::int64_t right = 0; // in their places
    for (std::size_t i = 0; i < results.size(); ++i)
        right += results[i] == arithmetic(i, steps);
    return finish(right, items);
} catch (...) {
    return failed("items_processes");
}
