// samples_processes: the same files as samples_sequential, written by worker
// processes. Nothing is shared: the number of a file goes to a worker, and what
// comes back is a sum.
//
//     build/bin/samples_processes --workers 4
#include "01-processes/process_pool.hpp"
#include "samples_file.hpp"

int main(int argc, char** argv) try {
    const samples_job job = parse_samples_job(
        argc, argv, "samples_processes",
        "Writes samples, one process per worker.", worker_count::several);
    stop_on_signals();
    const stopwatch clock;
    //> workers
    process_pool<std::int64_t, tally> pool(
        [&](const std::int64_t& file) {
            static std::vector<std::byte> buffer; // again for each file
            return write_file(job, file, buffer);
        },
        // On SIGTERM a worker deletes its unfinished file, and ends.
        {.workers = job.workers,
         .initializer = stop_on_signals,
         .prefetch = 2,
         .end_signal = SIGTERM});
    //< workers
    //> files
    std::int64_t next = 0;
    const auto submit_next = [&] {
        if (next < job.files())
            pool.submit(next++);
    };
    for (std::int64_t i = 0; i < 2 * job.workers; ++i)
        submit_next(); // for each worker: one to do, one to go on with
    tally sum;
    while (const auto one = pool.next()) {
        sum += one->value(); // throws what went wrong
        submit_next();
    }
    //< files
    return finish_samples(job, sum, clock);
} catch (...) {
    return failed("samples_processes");
}
