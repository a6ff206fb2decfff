// refcount_gil: plain counts, and a lock around everything: the GIL. No count
// knows of threads.
//
//     build/bin/refcount_gil --workers 2
#include "gil.hpp"
#include "refcount.hpp"

int main(int argc, char** argv) try {
    const refcount_job job = parse_refcount_job(
        argc, argv, "refcount_gil", "Counts references, under a GIL.");
    new_gil gil;
    const auto locked = [&](const auto& body) { with_gil(gil, body); };
    return finish(count_references<plain_count>(job, locked), job.workers + 1);
} catch (...) {
    return failed("refcount_gil");
}
