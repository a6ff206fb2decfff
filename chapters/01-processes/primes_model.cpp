// primes_model: no measurement, but arithmetic. How long should the published
// numbers take on six cores, if cores cost nothing to share, and starting and
// talking cost nothing either? Beside it, what was published.
//
//     build/bin/primes_model --cores 6 --order list
#include "common/cli.hpp"
#include "primes.hpp"

#include <algorithm>
#include <cmath>

struct course {
    double elapsed = 0, longest_begins = 0;
};

//> compute
// `workers` share `cores` evenly and do jobs of these lengths, in this order.
static course compute(const std::vector<double>& jobs, std::int64_t workers,
                      std::int64_t cores) {
    const auto longest = std::ranges::max_element(jobs);
    std::vector<double> running; // what is left of each
    course all;
    for (auto next = jobs.begin(); next != jobs.end() || !running.empty();) {
        for (; next != jobs.end() && std::ssize(running) < workers; ++next) {
            running.push_back(*next);
            if (next == longest)
                all.longest_begins = all.elapsed;
        }
        // Until the one with the least left is done.
        const double least = *std::ranges::min_element(running);
        all.elapsed +=
            least * std::max(1.0, double(running.size()) / double(cores));
        for (double& left : running)
            left -= least;
        std::erase_if(running, [](double left) { return left < 1e-9; });
    }
    return all;
}
//< compute

int main(int argc, char** argv) try {
    std::int64_t cores = 6;
    std::string order = "list";
    cli("primes_model", "Computes how long the primes should take.")
        .number("cores", cores, 1, 1024, "that the workers share")
        .choice("order", order, {"largest", "list"}, "first, or as is")
        .parse(argc, argv);
    fmt::print("cores: {}, order: {}\n", cores, order);

    // Medians of 13 runs on six cores, by Luciano Ramalho: workers, seconds.
    const std::pair<std::int64_t, double> published[] = {
        {1, 40.81},  {2, 22.79},  {3, 15.88},  {4, 13.21},
        {5, 12.29},  {6, 10.39},  {7, 10.80},  {8, 11.40},
        {9, 11.71},  {10, 12.51}, {11, 11.24}, {12, 11.09},
        {14, 10.64}, {16, 10.58}, {18, 10.71}, {20, 10.73}};
    std::vector<double> jobs;
    double sum = 0;
    for (const std::uint64_t n : published_numbers) {
        // A number with a small divisor costs next to nothing.
        const bool quick = n % 2 == 0 || n % 3 == 0 || n % 5 == 0 || n % 7 == 0;
        jobs.push_back(quick ? 0 : std::sqrt(double(n)));
        sum += jobs.back();
    }
    for (double& job : jobs)
        job *= published[0].second / sum;
    if (order == "largest")
        std::reverse(jobs.begin(), jobs.end());

    fmt::print("workers  published  computed  largest begins\n");
    for (const auto& [workers, seconds] : published) {
        const course one = compute(jobs, workers, cores);
        fmt::print("{:7} {:10.2f} {:9.2f} {:15.2f}\n", workers, seconds,
                   one.elapsed, one.longest_begins);
    }
    return finish(std::round(compute(jobs, 1, cores).elapsed * 100), 4081.0);
} catch (...) {
    return failed("primes_model");
}
