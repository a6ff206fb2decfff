// pool_initializer: what each worker does first, once; and a pool that
// replaces its workers after so many tasks, for those that leak.
//
//     build/bin/pool_initializer --max-tasks 3
#include "01-processes/process_pool.hpp"
#include "common/cli.hpp"

#include <numeric>
#include <set>

static std::vector<int> table; // a worker's own: filled by its initializer

int main(int argc, char** argv) try {
    std::int64_t max_tasks = 3;
    cli("pool_initializer", "Prepares workers, and retires them.")
        .number("max-tasks", max_tasks, 0, 1000, "of a worker; 0: no limit")
        .parse(argc, argv);
    fmt::print("1 worker at a time, 12 tasks, at most {} each\n", max_tasks);

    //> initializer
    process_pool<int, std::vector<int>> pool(
        [](const int& number) -> std::vector<int> {
            return {table.at(std::size_t(number)), ::getpid()};
        },
        {.workers = 1,
         .initializer =
             [] {
                 for (int i = 0; i < 12; ++i)
                     table.push_back(i * i);
             },
         .max_tasks_per_child = max_tasks});
    //< initializer
    std::vector<int> numbers(12);
    std::iota(numbers.begin(), numbers.end(), 0);
    int sum = 0;
    std::set<int> pids;
    for (const std::vector<int>& answer : pool.map(numbers)) {
        sum += answer.at(0);
        pids.insert(answer.at(1));
    }
    fmt::print("entries_in_the_parents_table: {}\n", table.size());
    fmt::print("workers: {}\n", pids.size());
    return finish(sum, 506);
} catch (...) {
    return failed("pool_initializer");
}
