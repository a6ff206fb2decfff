// samples_threads: the same files as samples_sequential, written by threads.
// The number of files is fixed: more threads means fewer files for each.
//
//     build/bin/samples_threads --workers 4
#include "samples_file.hpp"

#include <atomic>
#include <future>
#include <vector>

//> worker
// Takes the next file that nobody has taken until there is none left. The
// counter is all that the threads share; a fast thread takes more files.
static tally write_files(const samples_job& job,
                         std::atomic<std::int64_t>& next) try {
    std::vector<std::byte> buffer;
    tally sum;
    for (;;) {
        const std::int64_t file = next.fetch_add(1);
        if (file >= job.files())
            return sum;
        sum += write_file(job, file, buffer);
    }
} catch (...) {
    next = job.files(); // nothing left for the others either
    throw;
}
//< worker

int main(int argc, char** argv) try {
    const samples_job job = parse_samples_job(
        argc, argv, "samples_threads", "Writes samples, one thread per worker.",
        crew::several);
    stop_on_signals(); // every thread sees the flag and ends by itself
    const stopwatch clock;
    std::atomic<std::int64_t> next = 0;
    std::vector<std::future<tally>> workers;
    for (std::int64_t worker = 0; worker < job.workers; ++worker)
        workers.push_back(std::async(std::launch::async, write_files,
                                     std::cref(job), std::ref(next)));
    tally sum;
    for (std::future<tally>& worker : workers)
        sum += worker.get(); // throws what the worker threw
    return finish_samples(job, sum, clock);
} catch (...) {
    return failed("samples_threads");
}
