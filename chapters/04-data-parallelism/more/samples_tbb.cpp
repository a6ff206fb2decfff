// samples_tbb: the same files by oneTBB, as many at a time as workers.
//
//     build/bin/samples_tbb --workers 2
#include "04-data-parallelism/samples_file.hpp"

#include <tbb/blocked_range.h>
#include <tbb/global_control.h>
#include <tbb/parallel_for.h>

#include <mutex>

int main(int argc, char** argv) try {
    const samples_job job =
        parse_samples_job(argc, argv, "samples_tbb",
                          "Writes samples with oneTBB.", worker_count::several);
    stop_on_signals();
    const stopwatch clock;
    const tbb::global_control limit(
        tbb::global_control::max_allowed_parallelism,
        static_cast<std::size_t>(job.workers));
    std::mutex mutex;
    tally sum; // guarded by it
    tbb::parallel_for(
        tbb::blocked_range<std::int64_t>(0, job.files()),
        [&](const auto& files) {
            thread_local std::vector<std::byte> buffer; // again for each file
            for (std::int64_t file = files.begin(); file < files.end();
                 ++file) {
                const tally written = write_file(job, file, buffer);
                const std::lock_guard lock(mutex);
                sum += written;
            }
        },
        tbb::simple_partitioner()); // one file a part
    return finish_samples(job, sum, clock);
} catch (...) {
    return failed("samples_tbb");
}
