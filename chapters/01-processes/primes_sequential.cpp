// primes_sequential: twenty numbers, one after the other. The baseline.
//
//     build/bin/primes_sequential
#include "primes.hpp"

int main(int argc, char** argv) try {
    const primes_job job = parse_primes_job(
        argc, argv, "primes_sequential", "Tests numbers for being prime.", "");
    std::int64_t primes = 0;
    for (const std::uint64_t n : job.numbers)
        primes += is_prime(n);
    return finish(primes, known_primes);
} catch (...) {
    return failed("primes_sequential");
}
