// items_openmp: many tiny items by OpenMP, a chunk at a time.
//
//     build/bin/items_openmp --chunk 1000
#include "02-threads/items.hpp"

int main(int argc, char** argv) try {
    const items_job job = parse_items_job(argc, argv, "items_openmp",
                                          "Works on tiny items with OpenMP.");
    const int workers = static_cast<int>(job.workers);
    return time_items(job, [&job, workers](std::int64_t* items) {
        const std::int64_t count = job.items, chunk = job.chunk;
#pragma omp parallel for schedule(dynamic, chunk) num_threads(workers)
        for (std::int64_t i = 0; i < count; ++i)
            work_on(items[i], i);
    });
} catch (...) {
    return failed("items_openmp");
}
