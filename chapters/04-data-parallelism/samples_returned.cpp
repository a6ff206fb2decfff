// samples_returned: worker processes make the rows, and return them. The parent
// writes the files, so every row goes through a socket to it.
//
//     build/bin/samples_returned --workers 2
#include "01-processes/process_pool.hpp"
#include "samples_file.hpp"

// Calls each(column, first row, bytes) in the order in which a file has them.
template<class Each>
static void for_columns(const samples_job& job, std::int64_t file,
                        const Each& each) {
    const std::int64_t end = std::min((file + 1) * job.batch, job.rows);
    for (std::int64_t row = file * job.batch; row < end; row += job.group)
        for (std::size_t column = 0; column <= class_count; ++column)
            each(column, row,
                 static_cast<std::size_t>(std::min(job.group, end - row))
                     * bytes_of(column));
}

int main(int argc, char** argv) try {
    const samples_job job = parse_samples_job(
        argc, argv, "samples_returned",
        "Writes samples that worker processes make.", worker_count::several,
        [](cli&) {},
        std::int64_t(longest_message / (id_bytes + 8 * class_count)) - 1);
    stop_on_signals();
    const stopwatch clock;
    //> workers
    process_pool<std::int64_t, std::string> pool(
        [&](const std::int64_t& file) {
            std::string rows;
            for_columns(
                job, file, [&](std::size_t column, auto row, auto bytes) {
                    const std::size_t at = rows.size();
                    rows.resize(at + bytes);
                    fill_column(
                        job, column, row,
                        std::as_writable_bytes(std::span(rows)).subspan(at));
                });
            return rows;
        },
        {.workers = job.workers, .prefetch = 2});
    //< workers
    std::int64_t next = 0;
    const auto submit_next = [&] {
        if (next < job.files())
            pool.submit(next++);
    };
    for (std::int64_t i = 0; i < 2 * job.workers; ++i)
        submit_next();
    tally sum;
    std::vector<std::byte> buffer;
    while (const auto one = pool.next()) {
        const std::string rows = one->value();
        const char* at = rows.data();
        const auto copy = [&](auto&, auto, auto, std::span<std::byte> values) {
            std::memcpy(values.data(), at, values.size());
            at += values.size();
        };
        sum += write_file(job, std::int64_t(one->task), buffer, copy);
        submit_next();
    }
    return finish_samples(job, sum, clock);
} catch (...) {
    return failed("samples_returned");
}
