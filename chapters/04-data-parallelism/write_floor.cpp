// write_floor: as many bytes in as many files as samples_sequential, but all
// of them zero. What remains is what the kernel charges for writing: no single
// writer can be faster on this machine.
//
//     build/bin/write_floor --rows 1000000
#include "output_file.hpp"
#include "samples_file.hpp"

#include <fmt/core.h>

int main(int argc, char** argv) try {
    const samples_job job = parse_samples_job(
        argc, argv, "write_floor", "Writes zeros where samples would be.",
        worker_count::one);
    constexpr std::int64_t row_bytes = 4 + id_length + 8 * class_count;
    const std::vector<std::byte> zeros(
        static_cast<std::size_t>(job.group * row_bytes));
    stop_on_signals();
    const stopwatch clock;
    std::int64_t rows = 0;
    for (std::int64_t file = 0; file < job.files(); ++file) {
        output_file target(job.out, fmt::format("zeros-{:012}", file));
        const std::int64_t end = std::min(rows + job.batch, job.rows);
        while (rows < end) {
            throw_if_stopped();
            const std::int64_t count = std::min(job.group, end - rows);
            target.write(std::span(zeros).first(
                static_cast<std::size_t>(count * row_bytes)));
            rows += count;
        }
        target.keep();
    }
    fmt::print("rows_per_s: {:.0f}\n",
               static_cast<double>(rows) / clock.seconds());
    return finish(rows, job.rows);
} catch (...) {
    return failed("write_floor");
}
