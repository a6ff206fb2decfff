// Twenty numbers of very different cost, and how many of them are prime: the
// work of chapter 19 of Fluent Python, by Luciano Ramalho.
#pragma once

#include "common/check.hpp"

#include <cstdint>
#include <iterator>
#include <string>
#include <vector>

// Divides by 2 and by all odd numbers up to the root: slow on purpose.
inline bool is_prime(std::uint64_t n) {
    if (n % 2 == 0 || n < 2)
        return n == 2;
    for (std::uint64_t i = 3; i * i <= n; i += 2)
        if (n % i == 0)
            return false;
    return true;
}

inline constexpr std::int64_t known_primes = 9; // in each list

// clang-format off
// Ramalho's list: a second of work or more.
inline constexpr std::uint64_t published_numbers[] = {
    2, 142702110479723, 299593572317531, 3333333333333301, 3333333333333333,
    3333335652092209, 4444444444444423, 4444444444444444, 4444444488888889,
    5555553133149889, 5555555555555503, 5555555555555555, 6666666666666666,
    6666666666666719, 6666667141414921, 7777777536340681, 7777777777777753,
    7777777777777777, 9999999999999917, 9999999999999999};

// Of the same making, with a digit less and a third of the work: primes,
// repeated digits, and squares of primes, which take longest.
inline constexpr std::uint64_t small_numbers[] = {
    2, 14270211047951, 29959357231729, 333333333333307, 333333333333333,
    333333713690041, 444444444444421, 444444444444444, 444444694568449,
    555555555555529, 555555555555555, 555555789393361, 666666666666647,
    666666666666666, 666667390929409, 777777747036889, 777777777777773,
    777777777777777, 999999999999989, 999999999999999};
// clang-format on

struct primes_job {
    std::vector<std::uint64_t> numbers{std::begin(small_numbers),
                                       std::end(small_numbers)};
    std::int64_t workers = 1;
};

// Reads the options, and prints the configuration. An empty `order` is for a
// program without workers, to which neither matters.
primes_job parse_primes_job(int argc, char** argv, const char* program,
                            const char* what, std::string order);
