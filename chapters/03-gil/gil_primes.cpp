// gil_primes: twenty numbers tested by threads under a GIL: what chapter 19 of
// Fluent Python calls a non-solution.
//
//     build/bin/gil_primes --workers 4
#include "01-processes/primes.hpp"
#include "common/check.hpp"
#include "common/stopwatch.hpp"
#include "countdown.hpp"
#include "gil_options.hpp"
#include "prime_bytecode.hpp"

// As the published list, with three digits less: bytecode takes its time.
static constexpr std::int64_t numbers[] = {2,
                                           142702110479,
                                           299593572301,
                                           3333333333301,
                                           3333333333333,
                                           3333388623049,
                                           4444444444439,
                                           4444444444444,
                                           4444637949361,
                                           5555555555551,
                                           5555555555555,
                                           5555576278729,
                                           6666666666629,
                                           6666666666666,
                                           6666677524081,
                                           7777777777771,
                                           7777777777777,
                                           7777901854321,
                                           9999999999971,
                                           9999999999999};

int main(int argc, char** argv) try {
    gil_job job;
    gil_options("gil_primes", "Tests numbers for being prime, under a GIL.",
                job)
        .parse(argc, argv);
    fmt::print("{} numbers, workers: {}, gil: {}\n", std::size(numbers),
               job.workers, job.gil);
    std::atomic<std::size_t> next = 0;
    std::atomic<std::int64_t> primes = 0;
    const stopwatch clock;
    with_gil(job, job.workers, [&](auto& gil) {
        const auto work = [&] {
            interpreter machine(gil, {odd_candidates});
            for (std::size_t i = 0; (i = next++) < std::size(numbers);)
                primes += machine.run(prime, numbers[i]);
        };
        std::vector<std::jthread> threads;
        threads.reserve(static_cast<std::size_t>(job.workers));
        for (std::int64_t w = 0; w < job.workers; ++w)
            threads.emplace_back([&] { holding(gil, work); });
        threads.clear(); // joins all
        print_counts(gil.counts());
    });
    fmt::print("primes_s: {:.4f}\n", clock.seconds());
    return finish(primes.load(), known_primes);
} catch (...) {
    return failed("gil_primes");
}
