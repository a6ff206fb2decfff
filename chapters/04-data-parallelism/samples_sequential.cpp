// samples_sequential: generates samples and writes them as Parquet files, one
// file after the other. The baseline of this chapter.
//
//     build/bin/samples_sequential --rows 1000000 --out DIRECTORY
#include "samples_file.hpp"

int main(int argc, char** argv) try {
    const samples_job job = parse_samples_job(
        argc, argv, "samples_sequential",
        "Writes samples, one file after the other.", worker_count::one);
    stop_on_signals();
    const stopwatch clock;
    std::vector<std::byte> buffer;
    tally sum;
    for (std::int64_t file = 0; file < job.files(); ++file)
        sum += write_file(job, file, buffer);
    return finish_samples(job, sum, clock);
} catch (...) {
    return failed("samples_sequential");
}
