#include "../samples_file.hpp"

#include "../output_file.hpp"
#include "../parquet.hpp"
#include "../peak_memory.hpp"
#include "common/check.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <filesystem>
#include <stdexcept>

samples_job parse_samples_job(int argc, char** argv, const char* program,
                              const char* what, worker_count kind,
                              const std::function<void(cli&)>& more,
                              std::int64_t most_batch) {
    samples_job job;
    const bool one = kind == worker_count::one;
    cli options(program, what);
    more(options);
    options.number("rows", job.rows, 0, 1'000'000'000'000, "rows in all")
        .number("workers", job.workers, 1, 1024,
                one ? "no effect here" : "threads or processes")
        .number("batch", job.batch, 1, most_batch, "rows of one file")
        .number("group", job.group, 1, 10'000'000, "rows in memory")
        .number("seed", job.seed, 0, 1'000'000'000, "other seed, other rows")
        .text("out", job.out, "existing directory for the files")
        .parse(argc, argv);
    if (one)
        job.workers = 1;
    if (!job.out.empty() && !std::filesystem::is_directory(job.out))
        throw std::runtime_error("--out " + job.out + " is not a directory");
    std::signal(SIGXFSZ, SIG_IGN); // a file too large is an error of write()
    fmt::print("{} rows, {} file{}, {} worker{}, seed {}\n", job.rows,
               job.files(), job.files() == 1 ? "" : "s", job.workers,
               job.workers == 1 ? "" : "s", job.seed);
    return job;
}

std::uint64_t expected_checksum(const samples_job& job) {
    const sample_source source(static_cast<std::uint64_t>(job.seed));
    std::uint64_t sum = 0;
    for (std::uint64_t row = 0; row < std::uint64_t(job.rows); ++row) {
        if (row % 8192 == 0)
            throw_if_stopped();
        std::array<std::byte, id_bytes> id;
        put_id(source, row, id.data());
        sum += checksum(0, row * id_bytes / 8, id);
        for (std::size_t c = 0; c < class_count; ++c) {
            const double value = source.probability(row, c);
            sum += checksum(1 + c, row, std::as_bytes(std::span(&value, 1)));
        }
    }
    return sum;
}

void fill_column(const samples_job& job, std::size_t column, std::int64_t first,
                 std::span<std::byte> values) {
    const sample_source source(static_cast<std::uint64_t>(job.seed));
    const auto row = static_cast<std::uint64_t>(first);
    if (column == 0) {
        for (std::size_t r = 0; r < values.size() / id_bytes; ++r)
            put_id(source, row + r, values.data() + r * id_bytes);
        return;
    }
    for (std::size_t r = 0; r < values.size() / 8; ++r) {
        const double value = source.probability(row + r, column - 1);
        std::memcpy(values.data() + r * 8, &value, 8);
    }
}

tally write_file(const samples_job& job, std::int64_t file,
                 std::vector<std::byte>& buffer, const column_filler& fill) {
    const std::int64_t first = file * job.batch;
    const std::int64_t end = std::min(first + job.batch, job.rows);
    output_file target(job.out, fmt::format("samples-{:012}.parquet", first));
    std::vector<parquet_writer::column> columns = {
        {"id_client", parquet_writer::type::text}};
    for (std::size_t c = 0; c < class_count; ++c)
        columns.push_back(
            {fmt::format("class_{}", c), parquet_writer::type::real});
    parquet_writer out(target, columns, buffer);

    // A group of rows is generated in the cache and written from there: memory
    // does not grow with the rows (only by the footer, 1 KB per group).
    tally sum;
    for (std::int64_t row = first; row < end; row += job.group) {
        throw_if_stopped();
        const std::int64_t rows = std::min(job.group, end - row);
        for (std::size_t c = 0; c < columns.size(); ++c) {
            const auto values = out.next_column(
                rows, static_cast<std::size_t>(rows) * bytes_of(c));
            fill(job, c, row, values);
            const auto words =
                static_cast<std::uint64_t>(row) * bytes_of(c) / 8;
            sum.checksum += checksum(c, words, values);
        }
        out.flush();
        sum.rows += rows;
    }
    out.finish();
    target.keep();
    return sum;
}

int finish_samples(const samples_job& job, const tally& sum,
                   const stopwatch& clock) {
    fmt::print("rows_per_s: {:.0f}\n",
               static_cast<double>(sum.rows) / clock.seconds());
    fmt::print("peak_kib: {}\n", peak_kib());
    const auto in_words = [](std::int64_t rows, std::uint64_t checksum) {
        return fmt::format("{} rows, checksum {:016x}", rows, checksum);
    };
    return finish(in_words(sum.rows, sum.checksum),
                  in_words(job.rows, expected_checksum(job)));
}
