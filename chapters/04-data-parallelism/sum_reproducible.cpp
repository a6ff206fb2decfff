// sum_reproducible: three ways to add up a million numbers whose result does
// not depend on the number of workers.
//
//     build/bin/sum_reproducible --by bins --workers 2
#include "02-threads/thread_pool.hpp"
#include "sum_doubles.hpp"

#include <array>
#include <bit>
#include <cmath>
#include <numeric>

//> bins
// A double is an integer of 53 bits, times a power of two, with a sign. Here is
// a sum of such integers for each power, in two halves: so 2^36 of them find
// room. Integers add up to the same in any order.
class double_bins {
  public:
    void add(double value) { // finite
        const auto bits = std::bit_cast<std::uint64_t>(value);
        const std::uint64_t power = bits >> 52 & 0x7ff;
        const auto whole = static_cast<std::int64_t>(
            (bits & 0xfffffffffffff) | (power > 0 ? 1ull << 52 : 0));
        const std::int64_t sign = value < 0 ? -1 : 1;
        bins_[power][0] += sign * (whole & 0x3ffffff);
        bins_[power][1] += sign * (whole >> 26);
    }
    void add(const double_bins& other) {
        for (std::size_t power = 0; power < bins_.size(); ++power)
            for (std::size_t half = 0; half < 2; ++half)
                bins_[power][half] += other.bins_[power][half];
    }
    // The same integers make the same sum.
    double sum() const {
        double all = 0;
        for (std::size_t power = 0; power < bins_.size(); ++power)
            for (std::size_t half = 0; half < 2; ++half)
                all +=
                    std::ldexp(double(bins_[power][half]),
                               std::max(int(power), 1) - 1075 + 26 * int(half));
        return all;
    }

  private:
    std::array<std::array<std::int64_t, 2>, 2048> bins_{};
};
//< bins

int main(int argc, char** argv) try {
    sum_job job;
    std::string by = "blocks";
    sum_options("sum_reproducible", "Adds up numbers.", job)
        .choice("by", by, {"blocks", "integers", "bins"}, "the way")
        .parse(argc, argv);
    fmt::print("by {}, workers: {}\n", by, job.workers);
    const std::vector<double> numbers = numbers_to_add();
    thread_pool pool(job.workers);
    // Calls each(number, part) for all numbers, part after part.
    const auto in_parts = [&](std::int64_t parts, const auto& each) {
        const std::size_t size = (numbers.size() - 1) / std::size_t(parts) + 1;
        pool.parallel_for(parts, 1, [&](std::int64_t part) {
            const std::size_t first = std::size_t(part) * size;
            const std::size_t end = std::min(first + size, numbers.size());
            for (std::size_t i = first; i < end; ++i)
                each(numbers[i], std::size_t(part));
        });
    };
    const auto sum = [&](std::int64_t workers) {
        const auto size = static_cast<std::size_t>(workers);
        if (by == "blocks") { // as many for any number of workers
            std::vector<double> sums(1000);
            in_parts(1000, [&](double x, std::size_t i) { sums[i] += x; });
            return std::accumulate(sums.begin(), sums.end(), 0.0);
        }
        if (by == "integers") { // each is cut off, once, at a 2^-30th
            std::vector<std::int64_t> sums(size);
            in_parts(workers, [&](double x, std::size_t i) {
                sums[i] += static_cast<std::int64_t>(x * 0x1p30);
            });
            return 0x1p-30
                   * double(std::accumulate(sums.begin(), sums.end(), 0l));
        }
        std::vector<double_bins> sums(size);
        in_parts(workers, [&](double x, std::size_t i) { sums[i].add(x); });
        for (std::size_t i = 1; i < size; ++i)
            sums[0].add(sums[i]);
        return sums[0].sum();
    };
    return finish(time_sum(job, sum), sum(1));
} catch (...) {
    return failed("sum_reproducible");
}
