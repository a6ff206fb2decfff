// primes_best: the best of all ways to divide the numbers between two workers,
// if a number costs its square root, by trying them all.
//
//     build/bin/primes_best
#include "01-processes/primes.hpp"
#include "common/cli.hpp"

#include <cmath>

int main(int argc, char** argv) try {
    cli("primes_best", "Divides numbers between two workers.")
        .parse(argc, argv);
    fmt::print("the published numbers, 2 workers\n");
    std::vector<double> costs;
    double sum = 0;
    for (const std::uint64_t n : published_numbers)
        if (n % 2 != 0 && n % 3 != 0 && n % 5 != 0 && n % 7 != 0) {
            costs.push_back(std::sqrt(double(n)));
            sum += costs.back();
        }
    double longest = sum;
    const std::uint64_t ways = std::uint64_t{1} << costs.size();
    for (std::uint64_t way = 0; way < ways; ++way) { // a bit for each number
        double one = 0;
        for (std::size_t i = 0; i < costs.size(); ++i)
            one += (way >> i & 1) != 0 ? costs[i] : 0;
        longest = std::min(longest, std::max(one, sum - one));
    }
    fmt::print("hard_numbers: {}\n", costs.size());
    fmt::print("times_as_fast: {:.4f}\n", sum / longest);
    return finish(longest >= sum / 2, true);
} catch (...) {
    return failed("primes_best");
}
