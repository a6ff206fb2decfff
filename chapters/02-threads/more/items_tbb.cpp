// items_tbb: many tiny items by oneTBB, a chunk at a time.
//
//     build/bin/items_tbb --chunk 1000
#include "02-threads/items.hpp"

#include <tbb/blocked_range.h>
#include <tbb/global_control.h>
#include <tbb/parallel_for.h>

int main(int argc, char** argv) try {
    const items_job job = parse_items_job(argc, argv, "items_tbb",
                                          "Works on tiny items with oneTBB.");
    const tbb::global_control limit(
        tbb::global_control::max_allowed_parallelism,
        static_cast<std::size_t>(job.workers));
    using range = tbb::blocked_range<std::int64_t>;
    return time_items(job, [&job](std::int64_t* items) {
        tbb::parallel_for(
            range(0, job.items, static_cast<std::size_t>(job.chunk)),
            [items](const range& part) {
                for (std::int64_t i = part.begin(); i < part.end(); ++i)
                    work_on(items[i], i);
            },
            tbb::simple_partitioner()); // parts of at most `chunk` items
    });
} catch (...) {
    return failed("items_tbb");
}
