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

// Of the same making as the published ones, with four digits less: bytecode
// takes its time.
// clang-format off
static constexpr std::int64_t numbers[] = {
    2,            14270210959,  29959357229,  333333333323, 333333333333,
    333334177201, 444444444443, 444444444444, 444450222241, 555555555551,
    555555555555, 555557057449, 666666666619, 666666666666, 666621627961,
    777777777773, 777777777777, 777777594889, 999999999989, 999999999999};
// clang-format on

int main(int argc, char** argv) try {
    gil_job job;
    gil_options("gil_primes", "Tests numbers for being prime, under a GIL.",
                job)
        .parse(argc, argv);
    fmt::print("{} numbers, workers: {}, {}\n", std::size(numbers), job.workers,
               described(job));
    std::atomic<std::size_t> next = 0;
    std::atomic<std::int64_t> primes = 0;
    const stopwatch clock;
    with_gil(job, job.workers, [&](auto& gil) {
        const auto work = [&](std::int64_t, const std::stop_token&) {
            interpreter machine(gil, {odd_candidates});
            for (std::size_t i = 0; (i = next++) < std::size(numbers);)
                primes += machine.run(prime, numbers[i]);
        };
        start_holding(gil, job.workers, work); // joined at once
        print_counts(gil.counts());
    });
    fmt::print("primes_s: {:.4f}\n", clock.seconds());
    return finish(primes.load(), known_primes);
} catch (...) {
    return failed("gil_primes");
}
