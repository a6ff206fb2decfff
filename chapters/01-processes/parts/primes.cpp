#include "../primes.hpp"

#include "common/cli.hpp"
#include "common/workers.hpp"

#include <fmt/core.h>

#include <algorithm>

primes_job parse_primes_job(int argc, char** argv, const char* program,
                            const char* what, std::string order) {
    primes_job job;
    std::int64_t digits = 15;
    const bool several = !order.empty();
    cli options(program, what);
    options.number("digits", digits, 15, 16,
                   "15: the small numbers; 16: the published ones");
    if (several) {
        job.workers = default_workers();
        options.number("workers", job.workers, 1, 1024, "processes");
        options.choice("order", order, {"largest", "list"}, "first, or as is");
    }
    options.parse(argc, argv);
    if (digits > 15)
        job.numbers.assign(std::begin(published_numbers),
                           std::end(published_numbers));
    fmt::print("{} numbers, up to {}, workers: {}\n", job.numbers.size(),
               job.numbers.back(), job.workers);
    if (order == "largest")
        std::reverse(job.numbers.begin(), job.numbers.end());
    return job;
}
