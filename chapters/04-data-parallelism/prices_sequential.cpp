// prices_sequential: twenty prices raised by 10 %, one after the other.
//
//     build/bin/prices_sequential --work heavy
#include "prices.hpp"

int main(int argc, char** argv) try {
    prices_job job;
    prices_options("prices_sequential", "Raises prices in a loop.", job)
        .parse(argc, argv);
    return time_prices(job, [&](const std::vector<double>& prices) {
        std::vector<double> results;
        std::transform(prices.begin(), prices.end(),
                       std::back_inserter(results),
                       [&](double price) { return raise_price(job, price); });
        return results;
    });
} catch (...) {
    return failed("prices_sequential");
}
