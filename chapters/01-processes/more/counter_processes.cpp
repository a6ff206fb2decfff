// counter_processes: the same count, and nothing is lost: who counts holds a
// semaphore, and there is one.
//
//     build/bin/counter_processes --rounds 1000000
#include "01-processes/process.hpp"
#include "01-processes/shared_memory.hpp"
#include "common/cli.hpp"

//> guarded
struct guarded {
    shared_semaphore free{1}; // one may count
    std::int64_t number = 0;
};
//< guarded

int main(int argc, char** argv) try {
    std::int64_t rounds = 1'000'000;
    cli("counter_processes", "Counts in two processes.")
        .number("rounds", rounds, 1, 1'000'000'000, "that each process counts")
        .parse(argc, argv);
    fmt::print("2 processes, {} rounds each\n", rounds);
    const auto counter = make_shared_memory<guarded>();
    //> count
    const auto count = [&] {
        for (std::int64_t i = 0; i < rounds; ++i) {
            counter->free.acquire();
            ++counter->number;
            counter->free.release();
        }
        return 0;
    };
    //< count
    process one(count), other(count);
    // Who dies with the semaphore takes it along, and the other waits for ever.
    const auto counts = [](process& child) {
        if (child.alive())
            return true;
        if (child.exit_code() != 0)
            throw std::runtime_error("a child is dead");
        return false;
    };
    while (int(counts(one)) + int(counts(other)) > 0) { // both are looked at
        std::vector<pollfd> ends = {{one.pidfd(), POLLIN, 0},
                                    {other.pidfd(), POLLIN, 0}};
        wait_for(ends);
    }
    return finish(counter->number, 2 * rounds);
} catch (...) {
    return failed("counter_processes");
}
