// primes_threads: the twenty numbers of the chapter on processes, tested by
// threads. All that they share is the place of the next number.
//
//     build/bin/primes_threads --workers 2
#include "01-processes/primes.hpp"

#include <atomic>
#include <thread>

int main(int argc, char** argv) try {
    const primes_job job = parse_primes_job(
        argc, argv, "primes_threads",
        "Tests numbers for being prime, in threads.", "largest");
    //> threads
    std::atomic<std::size_t> next = 0;
    std::atomic<std::int64_t> primes = 0;
    std::vector<std::jthread> workers;
    for (std::int64_t w = 0; w < job.workers; ++w)
        workers.emplace_back([&] {
            for (std::size_t i = 0; (i = next++) < job.numbers.size();)
                primes += is_prime(job.numbers[i]);
        });
    workers.clear(); // joins all
    //< threads
    return finish(primes.load(), known_primes);
} catch (...) {
    return failed("primes_threads");
}
