#include "04-data-parallelism/output_file.hpp"
#include "04-data-parallelism/samples_file.hpp"
#include "05-io-bound/row_hash.hpp"
#include "catch.hpp"
#include "temporary_directory.hpp"

#include <sys/resource.h>

#include <fstream>
#include <set>
#include <sstream>

TEST_CASE("the rows' hash sees what a plain sum would not") {
    const auto sum = [](const char* a, const char* b) {
        return hash_of_line(a) + hash_of_line(b);
    };
    const auto right = sum("id1\t0.5\t0.25", "id2\t0.125\t0.75");
    CHECK(sum("id2\t0.125\t0.75", "id1\t0.5\t0.25") == right);
    CHECK(sum("id1\t0.5\t0.25\n", "id2\t0.125\t7.5e-1") == right);
    CHECK(sum("id2\t0.5\t0.25", "id1\t0.125\t0.75") != right);   // ids swapped
    CHECK(sum("id1\t0.5\t0.75", "id2\t0.125\t0.25") != right);   // values
    CHECK(sum("id1\t-0.5\t-0.25", "id2\t0.125\t0.75") != right); // signs
    CHECK(sum("id1\t0.25\t0.5", "id2\t0.125\t0.75") != right);   // columns
    CHECK(sum("id1\t0.5", "id2\t0.125\t0.75") != right);
    CHECK(sum("id1\t0.5\t0.25\t0", "id2\t0.125\t0.75") != right);
    CHECK(sum("id1\t0.5\t", "id2\t0.125\t0.75") != right);
}

TEST_CASE("SplitMix64 gives the published numbers of seed 1234567") {
    // From the reference implementation, as listed by Rosetta Code.
    const std::uint64_t expected[] = {
        6457827717110365317u, 3203168211198807973u, 9817491932198370423u,
        4593380528125082431u, 16408922859458223821u};
    for (std::uint64_t n = 0; n < 5; ++n)
        CHECK(splitmix64(1234567, n) == expected[n]);
}

static std::string id_of(const sample_source& source, std::uint64_t row) {
    std::string id(id_length, '?');
    source.id(row, id.data());
    return id;
}

TEST_CASE("ids are random UUIDs, all different") {
    // Which characters may stand where; h is any hexadecimal digit.
    const std::string form = "hhhhhhhh-hhhh-4hhh-vhhh-hhhhhhhhhhhh";
    const auto allowed = [](char at) -> std::string {
        if (at == 'h')
            return "0123456789abcdef";
        return at == 'v' ? "89ab" : std::string(1, at);
    };
    std::set<std::string> seen;
    for (const std::uint64_t seed : {1u, 2u})
        for (std::uint64_t row = 0; row < 1000; ++row) {
            const std::string id = id_of(sample_source(seed), row);
            REQUIRE(id.size() == form.size());
            for (std::size_t i = 0; i < id.size(); ++i)
                REQUIRE(allowed(form[i]).find(id[i]) != std::string::npos);
            seen.insert(id);
        }
    CHECK(seen.size() == 2000);
}

TEST_CASE("the id is the number in hexadecimal, digit by digit") {
    const std::uint64_t start = splitmix64(9, 0);
    const std::uint64_t high =
        (splitmix64(start, 5 * 12) & ~0xf000ull) | 0x4000;
    const std::uint64_t low =
        (splitmix64(start, 5 * 12 + 1) & ~(3ull << 62)) | 2ull << 62;
    CHECK(id_of(sample_source(9), 5)
          == fmt::format("{:08x}-{:04x}-{:04x}-{:04x}-{:012x}", high >> 32,
                         high >> 16 & 0xffff, high & 0xffff, low >> 48,
                         low & 0xffffffffffff));
}

TEST_CASE("probabilities are uniform in [0, 1) and multiples of 2^-53") {
    const sample_source source(1);
    constexpr int rows = 100'000, bins = 10;
    std::array<std::array<int, bins>, class_count> counts{};
    for (std::uint64_t row = 0; row < rows; ++row)
        for (std::size_t c = 0; c < class_count; ++c) {
            const double p = source.probability(row, c);
            REQUIRE(p >= 0);
            REQUIRE(p < 1);
            REQUIRE(std::fmod(p * 0x1p53, 1) == 0);
            ++counts[c][static_cast<std::size_t>(p * bins)];
        }
    // 10,000 expected per bin, standard deviation 95: six of those.
    for (const auto& of_class : counts)
        for (const int count : of_class)
            CHECK(std::abs(count - rows / bins) < 570);
}

TEST_CASE("a row depends on seed and row alone") {
    const sample_source source(3), again(3), other(4);
    CHECK(source.probability(77, 5) == again.probability(77, 5));
    CHECK(source.probability(77, 5) != other.probability(77, 5));
    CHECK(source.probability(77, 5) != source.probability(77, 6));
    CHECK(source.probability(77, 5) != source.probability(78, 5));
}

// Runs a whole job in this process; one buffer, as a worker would.
static tally run(const samples_job& job) {
    std::vector<std::byte> buffer;
    tally sum;
    for (std::int64_t file = 0; file < job.files(); ++file)
        sum += write_file(job, file, buffer);
    return sum;
}

static samples_job job_of(std::int64_t rows, std::int64_t batch,
                          const std::string& out = "") {
    samples_job job;
    job.rows = rows;
    job.batch = batch;
    job.out = out;
    return job;
}

TEST_CASE("batches cover all rows, whatever divides what") {
    CHECK(job_of(0, 5).files() == 0);
    CHECK(job_of(1, 5).files() == 1);
    CHECK(job_of(5, 5).files() == 1);
    CHECK(job_of(6, 5).files() == 2);
    const std::uint64_t checksum = run(job_of(20'000, 20'000)).checksum;
    for (const std::int64_t batch : {1'000, 7'777, 8'192, 8'193, 100'000}) {
        const tally sum = run(job_of(20'000, batch));
        CHECK(sum.rows == 20'000);
        CHECK(sum.checksum == checksum);
    }
    CHECK(run(job_of(19'999, 1'000)).checksum != checksum);
}

TEST_CASE("memory depends on neither the number of rows nor the file's size") {
    const auto peak_kib = [] {
        rusage usage{};
        getrusage(RUSAGE_SELF, &usage);
        return usage.ru_maxrss;
    };
    run(job_of(20'000, 10'000));
    const long before = peak_kib();
    run(job_of(1'000'000, 10'000));
    run(job_of(1'000'000, 1'000'000)); // 120 MB each
    CHECK(peak_kib() - before < 20'000);
}

TEST_CASE("a file has Parquet's frame, and its footer where it says") {
    const temporary_directory made;
    const std::string directory = made.path;
    run(job_of(10, 10, directory));
    std::ifstream in(directory + "/samples-000000000000.parquet",
                     std::ios::binary);
    std::ostringstream text;
    text << in.rdbuf();
    const std::string bytes = text.str();
    CHECK(bytes.substr(0, 4) == "PAR1");
    CHECK(bytes.substr(bytes.size() - 4) == "PAR1");
    std::uint32_t length = 0;
    std::memcpy(&length, bytes.data() + bytes.size() - 8, 4);
    REQUIRE(length < bytes.size());
    // Version 1 as the first field: header 0x15, zigzag 2.
    CHECK(bytes.substr(bytes.size() - 8 - length, 2) == "\x15\x02");
    // The first value stands behind the page header, length first.
    CHECK(bytes.find(id_of(sample_source(1), 0)) < 64);
}

TEST_CASE("a file that is not kept leaves nothing") {
    const temporary_directory made;
    const std::string directory = made.path;
    {
        output_file file(directory, "x");
        file.write(std::as_bytes(std::span("abc", 3)));
        CHECK(std::filesystem::exists(directory + "/x."
                                      + std::to_string(::getpid()) + ".part"));
        CHECK_FALSE(std::filesystem::exists(directory + "/x"));
    }
    CHECK(std::filesystem::is_empty(directory));
}

TEST_CASE("a signal counts while the result is proved, too") {
    samples_job job;
    job.rows = 1'000'000'000'000;
    stop_signal = SIGTERM;
    CHECK_THROWS_AS(expected_checksum(job), stopped_by_signal);
    stop_signal = 0;
}
