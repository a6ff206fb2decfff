// sum_by_workers: broken on purpose. Each worker adds up its part of a million
// numbers, so the sum depends on how many workers there are.
//
//     build/bin/sum_by_workers --workers 2
#include "02-threads/thread_pool.hpp"
#include "sum_doubles.hpp"

#include <numeric>

int main(int argc, char** argv) try {
    sum_job job;
    sum_options("sum_by_workers", "Adds up numbers; broken on purpose.", job)
        .parse(argc, argv);
    fmt::print("a part for each worker, workers: {}\n", job.workers);
    const std::vector<double> numbers = numbers_to_add();
    thread_pool pool(job.workers);
    const auto sum = [&](std::int64_t workers) {
        //> sum
        const std::size_t size = numbers.size() / std::size_t(workers) + 1;
        std::vector<double> sums(static_cast<std::size_t>(workers));
        pool.parallel_for(workers, 1, [&](std::int64_t worker) {
            const std::size_t first = std::size_t(worker) * size;
            const std::size_t end = std::min(first + size, numbers.size());
            double part = 0;
            for (std::size_t i = first; i < end; ++i)
                part += numbers[i];
            sums[std::size_t(worker)] = part;
        });
        return std::accumulate(sums.begin(), sums.end(), 0.0);
        //< sum
    };
    return finish_broken(time_sum(job, sum), sum(1));
} catch (...) {
    return failed("sum_by_workers");
}
