// pool_imap_unordered: the same tasks twice, once with results in order, once
// as they come. Odd tasks take three times as long.
//
//     build/bin/pool_imap_unordered
#include "common/cli.hpp"
#include "common/stopwatch.hpp"
#include "process_pool.hpp"

#include <numeric>
#include <thread>

using std::chrono::milliseconds;

int main(int argc, char** argv) try {
    std::int64_t workers = 2, tasks = 8, nap_ms = 10, consume_ms = 0;
    cli("pool_imap_unordered", "Takes results as they come.")
        .number("workers", workers, 1, 1024, "processes")
        .number("tasks", tasks, 1, 1000, "numbers to square")
        .number("nap-ms", nap_ms, 1, 60'000, "that an even task sleeps")
        .number("consume-ms", consume_ms, 0, 60'000,
                "that the parent needs for a result")
        .parse(argc, argv);
    fmt::print("workers: {}, tasks: {} of {} or {} ms, {} ms for a result\n",
               workers, tasks, nap_ms, 3 * nap_ms, consume_ms);
    std::vector<int> numbers(static_cast<std::size_t>(tasks));
    std::iota(numbers.begin(), numbers.end(), 0);
    process_pool<int, int> pool(
        [&](const int& number) {
            const int times = number % 2 == 0 ? 1 : 3;
            std::this_thread::sleep_for(milliseconds(times * nap_ms));
            return number * number;
        },
        {.workers = workers});
    std::int64_t sum = 0;
    double first_ms = 0;
    stopwatch clock;
    const auto consume = [&](int square) {
        if (first_ms == 0)
            first_ms = clock.seconds() * 1e3;
        std::this_thread::sleep_for(milliseconds(consume_ms));
        sum += square;
    };
    const auto report = [&](const char* way) {
        fmt::print("{}_first_ms: {:.0f}\n", way, first_ms);
        fmt::print("{}_last_ms: {:.0f}\n", way, clock.seconds() * 1e3);
        first_ms = 0;
        clock = stopwatch();
    };

    //> ways
    for (const int square : pool.map(numbers))
        consume(square);
    report("map");
    for (const int number : numbers)
        pool.submit(number);
    while (const auto one = pool.next())
        consume(one->value());
    report("unordered");
    //< ways
    return finish(sum, (tasks - 1) * tasks * (2 * tasks - 1) / 3);
} catch (...) {
    return failed("pool_imap_unordered");
}
