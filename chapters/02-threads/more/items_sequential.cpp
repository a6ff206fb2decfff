// items_sequential: a plain loop over many tiny items.
//
//     build/bin/items_sequential
#include "02-threads/items.hpp"

int main(int argc, char** argv) try {
    const items_job job = parse_items_job(argc, argv, "items_sequential",
                                          "Works on tiny items in a loop.");
    return time_items(job, [&job](std::int64_t* items) {
        // A copy, for to the compiler each item might be job.items.
        const std::int64_t count = job.items;
        for (std::int64_t i = 0; i < count; ++i)
            work_on(items[i], i);
    });
} catch (...) {
    return failed("items_sequential");
}
