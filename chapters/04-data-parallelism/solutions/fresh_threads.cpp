// fresh_threads: samples_threads with fresh memory for each file. The heaps of
// other threads than the first keep what was freed, so it costs nothing here.
// (No pool: its parallel_for lets the first thread work, too.)
//
//     build/bin/fresh_threads --workers 2 --rows 3000000
#include "04-data-parallelism/samples_file.hpp"

#include <atomic>
#include <future>
#include <vector>

static tally write_files(const samples_job& job,
                         std::atomic<std::int64_t>& next) try {
    tally sum;
    for (;;) {
        const std::int64_t file = next.fetch_add(1);
        if (file >= job.files())
            return sum;
        std::vector<std::byte> buffer; // the one line that has moved
        sum += write_file(job, file, buffer);
    }
} catch (...) {
    next = job.files(); // nothing left for the others either
    throw;
}

int main(int argc, char** argv) try {
    const samples_job job = parse_samples_job(
        argc, argv, "fresh_threads",
        "Writes samples by threads, with fresh memory for each file.",
        worker_count::several);
    stop_on_signals();
    const stopwatch clock;
    std::atomic<std::int64_t> next = 0;
    std::vector<std::future<tally>> workers;
    for (std::int64_t worker = 0; worker < job.workers; ++worker)
        workers.push_back(std::async(std::launch::async, write_files,
                                     std::cref(job), std::ref(next)));
    tally sum;
    for (std::future<tally>& worker : workers)
        sum += worker.get();
    return finish_samples(job, sum, clock);
} catch (...) {
    return failed("fresh_threads");
}
