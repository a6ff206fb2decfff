// primes_pool: the same numbers once more, by the pool of process_pool.hpp.
// No queue, no pill, and a worker may die without anybody noticing.
//
//     build/bin/primes_pool --workers 2
#include "01-processes/primes.hpp"
#include "01-processes/process_pool.hpp"

int main(int argc, char** argv) try {
    const primes_job job = parse_primes_job(
        argc, argv, "primes_pool", "Tests numbers for being prime, in a pool.",
        "largest");
    process_pool<std::uint64_t, bool> pool(
        [](const std::uint64_t& number) { return is_prime(number); },
        {.workers = job.workers});
    std::int64_t primes = 0;
    for (const std::uint64_t number : job.numbers)
        pool.submit(number);
    while (const auto one = pool.next())
        primes += one->value();
    return finish(primes, known_primes);
} catch (...) {
    return failed("primes_pool");
}
