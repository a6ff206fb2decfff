// refcount_race: broken on purpose. Threads count references in a plain number,
// with no lock: objects that live for ever, or go while they are in use.
//
//     build/bin/refcount_race --workers 2
#include "refcount.hpp"

#include <cstdlib>
#include <string>

int main(int argc, char** argv) try {
    const refcount_job job =
        parse_refcount_job(argc, argv, "refcount_race",
                           "Counts references, with no lock; broken.");
    const auto count = count_references<plain_count>(job, no_lock);
    return finish_broken(
        fmt::format("off by {}", std::abs(count - (job.workers + 1))),
        std::string("off by 0"));
} catch (...) {
    return failed("refcount_race");
}
