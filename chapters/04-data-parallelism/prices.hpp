// The job of the *price list* article: twenty prices, to be raised by 10 %, by
// a function that is cheap and by one that is not.
#pragma once

#include "common/check.hpp"
#include "common/cli.hpp"
#include "common/stopwatch.hpp"
#include "common/workers.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string>
#include <vector>

struct prices_job {
    std::string work = "cheap", rise = "meant";
    std::int64_t workers = default_workers(), warm = 0, chunk = 1, rounds = 20;
};

//> raise
// What is meant is a tenth more. The article has `price / 10 * 100`: ten times
// the price more.
inline double raised(double price, bool published) {
    return price + (published ? price / 10 * 100 : price * 10 / 100);
}

// As the article does it, "for didactic purposes only": 200,000 times the same
// number, two roots of each, and the least of them.
inline double raised_heavily(double price, bool published) {
    price = raised(price, published);
    // Again for each price: fresh memory has a price of its own, and in the
    // first thread another one than in the others.
    thread_local std::vector<double> numbers;
    numbers.clear();
    for (int i = 0; i < 200'000; ++i)
        numbers.push_back(price + price * price);
    for (int times = 0; times < 2; ++times)
        for (double& number : numbers)
            number = std::sqrt(number);
    return std::max(price, *std::min_element(numbers.begin(), numbers.end()));
}
//< raise

inline double raise_price(const prices_job& job, double price) {
    const bool published = job.rise == "published";
    return job.work == "heavy" ? raised_heavily(price, published)
                               : raised(price, published);
}

inline cli prices_options(const char* program, const char* what,
                          prices_job& job) {
    cli options(program, what);
    options.choice("work", job.work, {"cheap", "heavy"}, "for each price")
        .choice("rise", job.rise, {"meant", "published"},
                "by 10 %, or to 11 times")
        .number("rounds", job.rounds, 1, 10'000'000, "of all twenty prices");
    return options;
}
inline cli& add_workers(cli& options, prices_job& job) {
    return options.number("workers", job.workers, 1, 1024, "at work")
        .number("warm", job.warm, 0, 1, "1: one pool for all rounds");
}

// Calls map(prices) in each round: the new prices, in the same order. Prints
// what a round took; the result is the sum of all new prices, in cents.
template<class Map>
int time_prices(const prices_job& job, const Map& map) {
    fmt::print("20 prices, {} work, rise as {}, {} rounds\n", job.work,
               job.rise, job.rounds);
    std::vector<double> prices(20);
    for (std::size_t i = 0; i < prices.size(); ++i)
        prices[i] = static_cast<double>(42 * i * i);
    std::int64_t cents = 0;
    const stopwatch clock;
    for (std::int64_t round = 0; round < job.rounds; ++round)
        for (const double price : map(prices))
            cents += std::llround(100 * price);
    fmt::print("map_us: {:.3f}\n",
               1e6 * clock.seconds() / static_cast<double>(job.rounds));
    // The squares from 0 to 19 add up to 2470; roots of roots are no larger.
    const std::int64_t before = std::int64_t{42} * 2470;
    return finish(cents,
                  job.rounds * before * (job.rise == "published" ? 1100 : 110));
}
