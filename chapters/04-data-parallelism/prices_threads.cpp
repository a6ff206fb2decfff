// prices_threads: the same prices by a pool of threads, one price a task. As in
// the article, the pool is started for each list, unless it is warm.
//
//     build/bin/prices_threads --work heavy --warm 1
#include "02-threads/thread_pool.hpp"
#include "prices.hpp"

#include <optional>

int main(int argc, char** argv) try {
    prices_job job;
    cli options =
        prices_options("prices_threads", "Raises prices in threads.", job);
    add_workers(options, job).parse(argc, argv);
    std::optional<thread_pool> pool;
    return time_prices(job, [&](const std::vector<double>& prices) {
        if (job.warm == 0 || !pool)
            pool.emplace(job.workers); // the one before ends here
        std::vector<pool_future<double>> futures;
        std::transform(prices.begin(), prices.end(),
                       std::back_inserter(futures), [&](double price) {
                           return pool->submit([&job, price] {
                               return raise_price(job, price);
                           });
                       });
        std::vector<double> results;
        std::transform(futures.begin(), futures.end(),
                       std::back_inserter(results),
                       [](auto& future) { return future.get(); });
        return results;
    });
} catch (...) {
    return failed("prices_threads");
}
