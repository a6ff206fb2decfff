// prices_processes: the same prices by a pool of processes, some prices a
// message. As in the article, the pool is started for each list, unless it is
// warm.
//
//     build/bin/prices_processes --work heavy --warm 1 --chunk 10
#include "01-processes/process_pool.hpp"
#include "prices.hpp"

int main(int argc, char** argv) try {
    prices_job job;
    cli options =
        prices_options("prices_processes", "Raises prices in processes.", job);
    add_workers(options, job)
        .number("chunk", job.chunk, 1, 20, "prices in a message")
        .parse(argc, argv);
    using price_pool = process_pool<double, double>;
    std::optional<price_pool> pool;
    return time_prices(job, [&](const std::vector<double>& prices) {
        if (job.warm == 0 || !pool)
            pool.emplace(
                [&job](const double& price) { return raise_price(job, price); },
                pool_options{.workers = job.workers});
        return pool->map(prices, static_cast<std::size_t>(job.chunk));
    });
} catch (...) {
    return failed("prices_processes");
}
