// fresh_sequential: samples_sequential with fresh memory for each file. glibc
// gives the end of the first thread's heap back to the kernel after each file,
// and the kernel hands it out again page by page.
//
//     build/bin/fresh_sequential --rows 3000000
#include "04-data-parallelism/samples_file.hpp"

int main(int argc, char** argv) try {
    const samples_job job = parse_samples_job(
        argc, argv, "fresh_sequential",
        "Writes samples, with fresh memory for each file.", worker_count::one);
    stop_on_signals();
    const stopwatch clock;
    tally sum;
    for (std::int64_t file = 0; file < job.files(); ++file) {
        std::vector<std::byte> buffer; // the one line that has moved
        sum += write_file(job, file, buffer);
    }
    return finish_samples(job, sum, clock);
} catch (...) {
    return failed("fresh_sequential");
}
