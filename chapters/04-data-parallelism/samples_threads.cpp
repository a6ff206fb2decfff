// samples_threads: the same files as samples_sequential, written by threads.
// The number of files is fixed: more threads means fewer files for each.
//
//     build/bin/samples_threads --workers 4
#include "02-threads/thread_pool.hpp"
#include "samples_file.hpp"

int main(int argc, char** argv) try {
    const samples_job job = parse_samples_job(
        argc, argv, "samples_threads", "Writes samples, one thread per worker.",
        worker_count::several);
    stop_on_signals(); // every thread sees the flag and ends by itself
    const stopwatch clock;
    //> workers
    thread_pool pool(job.workers);
    std::mutex mutex;
    tally sum; // guarded by it
    // One file at a time for whoever is free, until there is none left.
    pool.parallel_for(job.files(), 1, [&](std::int64_t file) {
        thread_local std::vector<std::byte> buffer; // again for each file
        const tally written = write_file(job, file, buffer);
        const std::lock_guard lock(mutex);
        sum += written;
    });
    //< workers
    return finish_samples(job, sum, clock);
} catch (...) {
    return failed("samples_threads");
}
