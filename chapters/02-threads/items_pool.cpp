// items_pool: many tiny items by our pool, a chunk at a time.
//
//     build/bin/items_pool --chunk 1000
#include "items.hpp"
#include "thread_pool.hpp"

int main(int argc, char** argv) try {
    const items_job job = parse_items_job(
        argc, argv, "items_pool", "Works on tiny items in our pool.", 0);
    thread_pool pool(job.workers);
    const std::int64_t chunk =
        job.chunk > 0 ? job.chunk : pool.equal_parts(job.items);
    //> loop
    return time_items(job, [&](std::int64_t* items) {
        pool.parallel_for(job.items, chunk,
                          [items](std::int64_t i) { work_on(items[i], i); });
    });
    //< loop
} catch (...) {
    return failed("items_pool");
}
