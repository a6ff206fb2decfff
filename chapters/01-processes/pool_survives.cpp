// pool_survives: kills workers while they work. Every task gets its result
// all the same; some are executed more than once.
//
//     build/bin/pool_survives --kills 200
#include "common/cli.hpp"
#include "primes.hpp"
#include "process_pool.hpp"
#include "shared_memory.hpp"

#include <atomic>
#include <random>
#include <thread>

int main(int argc, char** argv) try {
    std::int64_t tasks = 500, kills = 200, workers = default_workers(),
                 seed = 1;
    cli("pool_survives", "Kills workers of a pool.")
        .number("tasks", tasks, 1, 1'000'000, "a prime number each")
        .number("kills", kills, 0, 1'000'000, "in all")
        .number("workers", workers, 1, 1024, "processes")
        .number("seed", seed, 0, 1'000'000'000, "of the choice of victims")
        .parse(argc, argv);
    fmt::print("workers: {}, tasks: {}, kills: {}, seed: {}\n", workers, tasks,
               kills, seed);
    constexpr std::uint64_t prime = 299593572301;
    const auto executed = make_shared_memory<std::atomic<std::int64_t>>();
    process_pool<std::uint64_t, bool> pool(
        [&](const std::uint64_t& number) {
            ++*executed; // begun, to be precise
            return is_prime(number);
        },
        {.workers = workers, .attempts = 1000}); // 3, were it not for us
    std::mt19937_64 random(static_cast<std::uint64_t>(seed));
    for (std::int64_t i = 0; i < tasks; ++i)
        pool.submit(prime);
    std::int64_t results = 0, killed = 0;
    //> kill
    while (results < tasks) {
        if (const auto one = pool.next(std::chrono::milliseconds(1)))
            results += one->value();
        // One every few results, when the one before has been replaced.
        if (killed < kills && killed * tasks <= kills * results
            && pool.started() == workers + killed) {
            const auto pids = pool.pids();
            std::this_thread::sleep_for( // to the middle of a task
                std::chrono::microseconds(random() % 1000));
            ::kill(pids[random() % pids.size()], SIGKILL);
            ++killed;
        }
    }
    //< kill
    fmt::print("killed: {}\n", killed);
    fmt::print("executed_more_than_once: {}\n",
               executed->load() > tasks ? "some" : "none");
    fmt::print("executions: {}\n", executed->load());
    return finish(results, tasks);
} catch (...) {
    return failed("pool_survives");
}
