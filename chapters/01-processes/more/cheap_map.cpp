// cheap_map: twenty prices, raised by 10 %, in five ways. The work takes less
// than a microsecond; the rest is what the way costs.
//
//     build/bin/cheap_map
#include "01-processes/process_pool.hpp"
#include "common/cli.hpp"
#include "common/stopwatch.hpp"

#include <future>

static std::int64_t raised(const std::int64_t& price) {
    return price + price / 10;
}

int main(int argc, char** argv) try {
    std::int64_t rounds = 100;
    cli("cheap_map", "Raises prices in five ways.")
        .number("rounds", rounds, 1, 1'000'000,
                "of each way, of the first 1000 times as many")
        .parse(argc, argv);
    fmt::print("20 prices, {} rounds, 2 workers\n", rounds);
    std::vector<std::int64_t> prices(20);
    for (std::int64_t i = 0; i < 20; ++i)
        prices[std::size_t(i)] = 42 * i * i;

    std::int64_t sum = 0, lists = 0; // of new prices
    const auto measure = [&](const char* way, std::int64_t times, auto map) {
        const stopwatch clock;
        for (std::int64_t i = 0; i < times; ++i)
            for (const std::int64_t price : map())
                sum += price;
        fmt::print("{}_us: {:.3f}\n", way,
                   1e6 * clock.seconds() / double(times));
        lists += times;
    };
    //> ways
    measure("sequential", 1000 * rounds, [&] { // it is so short
        std::vector<std::int64_t> results;
        results.reserve(prices.size());
        for (const std::int64_t price : prices)
            results.push_back(raised(price));
        return results;
    });
    measure("threads", rounds, [&] { // two, started for this
        std::vector<std::int64_t> results(20);
        const auto half = [&](std::size_t from) {
            for (std::size_t i = from; i < from + 10; ++i)
                results[i] = raised(prices[i]);
        };
        auto first = std::async(std::launch::async, half, 0),
             second = std::async(std::launch::async, half, 10);
        first.get();
        second.get();
        return results;
    });
    using pool = process_pool<std::int64_t, std::int64_t>;
    measure("processes", rounds, [&] { // started for this
        return pool(raised, {.workers = 2}).map(prices);
    });
    pool warm(raised, {.workers = 2});
    measure("warm_pool", rounds, [&] { return warm.map(prices); });
    measure("warm_pool_by_10", rounds, [&] { return warm.map(prices, 10); });
    //< ways
    std::int64_t expected = 0;
    for (const std::int64_t price : prices)
        expected += lists * raised(price);
    return finish(sum, expected);
} catch (...) {
    return failed("cheap_map");
}
