// The work that every samples_* program divides: files of `batch` rows each.
// Only who writes which file differs between the programs.
#pragma once

#include "common/check.hpp"
#include "common/cli.hpp"
#include "common/stopwatch.hpp"
#include "common/workers.hpp"
#include "sample.hpp"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <span>
#include <string>
#include <vector>

struct samples_job {
    std::int64_t rows = 1'000'000;
    std::int64_t workers = default_workers();
    std::int64_t batch = 5'000; // rows of a file
    std::int64_t group = 8'192; // of these, made before they are written
    std::int64_t seed = 1;
    std::string out; // directory, or empty: write, but keep nothing

    std::int64_t files() const { return (rows + batch - 1) / batch; }
};

enum class worker_count { one, several };

// A program with one worker takes --workers too, so that all variants can be
// called alike, and does without. `more` may add options; a program that sends
// a batch in one message has a limit for it.
samples_job parse_samples_job(
    int argc, char** argv, const char* program, const char* what,
    worker_count kind, const std::function<void(cli&)>& more = [](cli&) {},
    std::int64_t most_batch = 100'000'000);

// What was written. A checksum is a sum over all values, each times a number
// that belongs to its row and column: a value in another place makes another
// sum. But the order of files is all the same, and the number of rows in each.
struct tally {
    std::int64_t rows = 0;
    std::uint64_t checksum = 0;

    tally& operator+=(const tally& other) {
        rows += other.rows;
        checksum += other.checksum;
        return *this;
    }
};

// Of the values of one column, from word number `first` of it on; read from the
// very bytes that go to the file, 8 at a time.
inline std::uint64_t checksum(std::size_t column, std::uint64_t first,
                              std::span<const std::byte> bytes) {
    std::uint64_t weight = 2 * (first + column * 0x9e3779b97f4a7c15) + 1;
    std::uint64_t sum = 0;
    for (std::size_t at = 0; at + 8 <= bytes.size(); at += 8, weight += 2) {
        std::uint64_t word;
        std::memcpy(&word, bytes.data() + at, 8);
        sum += word * weight;
    }
    return sum;
}

// A text in Parquet: its length, and its characters.
inline constexpr std::size_t id_bytes = 4 + id_length; // 5 words
inline void put_id(sample_source source, std::uint64_t row, std::byte* at) {
    const std::uint32_t length = id_length;
    std::memcpy(at, &length, 4);
    source.id(row, reinterpret_cast<char*>(at + 4));
}

// What all rows should add up to, straight from the generator.
std::uint64_t expected_checksum(const samples_job& job);

// Fills in a column of the rows from `first` on, as many as there is room for:
// 0 are the ids, 1 to 10 the classes.
void fill_column(const samples_job& job, std::size_t column, std::int64_t first,
                 std::span<std::byte> values);
inline std::size_t bytes_of(std::size_t column) {
    return column == 0 ? id_bytes : 8;
}

using column_filler = std::function<decltype(fill_column)>;

// Writes file number `file` of the job, its columns filled in by `fill`. Call
// stop_on_signals() once before, so that Ctrl-C leaves no half of a file.
// `buffer` is working memory, one per worker, used again for each file.
tally write_file(const samples_job& job, std::int64_t file,
                 std::vector<std::byte>& buffer,
                 const column_filler& fill = fill_column);

// Prints what every samples_* program prints; the program's exit status. The
// clock stops first: making all rows once more is the proof, not the work.
int finish_samples(const samples_job& job, const tally& sum,
                   const stopwatch& clock);
