// latch: nobody begins before all are ready, and it is used up afterwards.
//
//     build/bin/latch --workers 4
#include "common/check.hpp"
#include "common/cli.hpp"

#include <atomic>
#include <latch>
#include <thread>
#include <vector>

int main(int argc, char** argv) try {
    std::int64_t workers = 4;
    cli("latch", "Starts threads together.")
        .number("workers", workers, 1, 1024, "threads")
        .parse(argc, argv);
    fmt::print("{} threads begin together\n", workers);
    std::atomic<std::int64_t> ready = 0, too_early = 0;
    //> start
    std::latch start(workers);
    std::vector<std::jthread> threads;
    const auto work = [&] {
        ++ready;
        start.arrive_and_wait(); // counts down, and waits for the others
        if (ready < workers)
            ++too_early;
    };
    try {
        for (std::int64_t i = 0; i < workers; ++i)
            threads.emplace_back(work);
    } catch (...) { // nobody comes for those that the system does not give
        start.count_down(workers - std::ssize(threads));
        throw;
    }
    //< start
    threads.clear(); // joins all
    return finish(too_early.load(), std::int64_t{0});
} catch (...) {
    return failed("latch");
}
