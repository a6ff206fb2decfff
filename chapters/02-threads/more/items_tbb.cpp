// items_tbb: many tiny items by oneTBB, a chunk at a time.
//
//     build/bin/items_tbb --chunk 1000
#include "02-threads/items.hpp"

#include <tbb/blocked_range.h>
#include <tbb/global_control.h>
#include <tbb/parallel_for.h>

#include <algorithm>

int main(int argc, char** argv) try {
    const items_job job = parse_items_job(argc, argv, "items_tbb",
                                          "Works on tiny items with oneTBB.");
    const tbb::global_control limit(
        tbb::global_control::max_allowed_parallelism,
        static_cast<std::size_t>(job.workers));
    return time_items(job, [&job](std::int64_t* items) {
        // One chunk a part. Parts of items would be halved until they are at
        // most a chunk: 610 of them, where a thousand are meant.
        const std::int64_t count = job.items, chunk = job.chunk;
        tbb::parallel_for(
            tbb::blocked_range<std::int64_t>(0, (count + chunk - 1) / chunk),
            [=](const auto& chunks) {
                for (std::int64_t c = chunks.begin(); c < chunks.end(); ++c)
                    for (std::int64_t i = c * chunk;
                         i < std::min(count, (c + 1) * chunk); ++i)
                        work_on(items[i], i);
            },
            tbb::simple_partitioner());
    });
} catch (...) {
    return failed("items_tbb");
}
