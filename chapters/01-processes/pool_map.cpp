// pool_map: six tasks for four workers. Two tasks have to wait for a worker,
// and the results come in the order of the tasks.
//
//     build/bin/pool_map --workers 4 --tasks 6 --nap-ms 200
#include "common/cli.hpp"
#include "common/stopwatch.hpp"
#include "process_pool.hpp"

#include <thread>

int main(int argc, char** argv) try {
    std::int64_t workers = 4, tasks = 6, nap_ms = 200;
    cli("pool_map", "Squares numbers in a pool, slowly.")
        .number("workers", workers, 1, 1024, "processes")
        .number("tasks", tasks, 1, 1000, "numbers to square")
        .number("nap-ms", nap_ms, 1, 60'000, "that each task sleeps")
        .parse(argc, argv);
    fmt::print("workers: {}, tasks: {} of {} ms\n", workers, tasks, nap_ms);
    std::vector<int> numbers;
    std::string found, expected;
    for (int i = 0; i < tasks; ++i) {
        numbers.push_back(i);
        expected += fmt::format("{} ", i * i);
    }

    //> map
    const auto square = [&](const int& number) {
        std::this_thread::sleep_for(std::chrono::milliseconds(nap_ms));
        return number * number;
    };
    process_pool<int, int> pool(square, {.workers = workers});
    const stopwatch clock;
    const std::vector<int> squares = pool.map(numbers);
    //< map
    fmt::print("elapsed_ms: {:.0f}\n", clock.seconds() * 1e3);
    for (const int one : squares)
        found += fmt::format("{} ", one);
    return finish(found, expected);
} catch (...) {
    return failed("pool_map");
}
