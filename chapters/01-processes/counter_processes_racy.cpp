// counter_processes_racy: broken on purpose. Two processes count in shared
// memory: each reads the number, and writes it back plus one. What the other
// has written in between is lost.
//
//     build/bin/counter_processes_racy --rounds 1000000
#include "common/cli.hpp"
#include "process.hpp"
#include "shared_memory.hpp"

#include <atomic>

int main(int argc, char** argv) try {
    std::int64_t rounds = 1'000'000;
    cli("counter_processes_racy", "Loses counts; broken on purpose.")
        .number("rounds", rounds, 1, 1'000'000'000, "that each process counts")
        .parse(argc, argv);
    fmt::print("2 processes, {} rounds each\n", rounds);
    // Atomic, so that each load and each store is whole; what is broken is
    // that they are two steps.
    const auto counter = make_shared_memory<std::atomic<std::int64_t>>();
    //> count
    const auto count = [&] {
        for (std::int64_t i = 0; i < rounds; ++i)
            counter->store(counter->load() + 1);
        return 0;
    };
    //< count
    process one(count), other(count);
    one.join();
    other.join();
    return finish_broken(counter->load(), 2 * rounds);
} catch (...) {
    return failed("counter_processes_racy");
}
