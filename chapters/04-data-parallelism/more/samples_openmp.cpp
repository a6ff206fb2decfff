// samples_openmp: the same files by OpenMP, as many at a time as workers.
//
//     build/bin/samples_openmp --workers 2
#include "04-data-parallelism/samples_file.hpp"

#include <atomic>
#include <exception>

int main(int argc, char** argv) try {
    const samples_job job =
        parse_samples_job(argc, argv, "samples_openmp",
                          "Writes samples with OpenMP.", worker_count::several);
    stop_on_signals();
    const stopwatch clock;
    const std::int64_t files = job.files();
    tally sum;
    std::exception_ptr error; // both: one thread at a time
    std::atomic<bool> failed_once = false;
#pragma omp parallel for schedule(dynamic, 1) num_threads(int(job.workers))
    for (std::int64_t file = 0; file < files; ++file) {
        thread_local std::vector<std::byte> buffer; // again for each file
        try { // or the program would end: nobody catches outside the region
            if (failed_once)
                continue; // OpenMP has no break either
            const tally written = write_file(job, file, buffer);
#pragma omp critical
            sum += written;
        } catch (...) {
#pragma omp critical
            error = std::current_exception();
            failed_once = true;
        }
    }
    if (error)
        std::rethrow_exception(error);
    return finish_samples(job, sum, clock);
} catch (...) {
    return failed("samples_openmp");
}
