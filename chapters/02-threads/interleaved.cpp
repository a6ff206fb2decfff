// interleaved: three threads print in turns of their own choosing, and a
// recorder looks for one that comes twice in succession.
//
//     build/bin/interleaved --rounds 100
#include "common/check.hpp"
#include "common/cli.hpp"

#include <algorithm>
#include <chrono>
#include <mutex>
#include <random>
#include <thread>
#include <vector>

struct recorder {
    std::mutex mutex;
    std::string marks; // the prefixes, in the order of their arrival

    void add(char prefix) {
        const std::lock_guard lock(mutex);
        marks += prefix;
    }
};

int main(int argc, char** argv) try {
    std::int64_t rounds = 100, nap_us = 100, seed = 1;
    cli("interleaved", "Records in which order threads come along.")
        .number("rounds", rounds, 1, 100'000, "of three threads")
        .number("nap-us", nap_us, 0, 1'000'000, "after each mark")
        .number("seed", seed, 0, 1'000'000'000, "for the prefixes")
        .parse(argc, argv);
    fmt::print("{} rounds of 3 threads, 10 marks each\n", rounds);
    std::string prefixes = "abcdefg", example;
    std::mt19937_64 random(static_cast<std::uint64_t>(seed));
    std::size_t in_succession = 0, marks = 0;
    for (std::int64_t round = 0; round < rounds; ++round) {
        // Drawn without replacement: no two threads share a prefix.
        std::shuffle(prefixes.begin(), prefixes.end(), random);
        recorder seen;
        {
            std::vector<std::jthread> threads;
            threads.reserve(3);
            for (int t = 0; t < 3; ++t)
                threads.emplace_back([&, prefix = prefixes[std::size_t(t)]] {
                    for (int i = 0; i < 10; ++i) {
                        seen.add(prefix);
                        std::this_thread::sleep_for(
                            std::chrono::microseconds(nap_us));
                    }
                });
        }
        marks += seen.marks.size();
        example = seen.marks;
        for (std::size_t i = 1; i < seen.marks.size(); ++i)
            in_succession += seen.marks[i] == seen.marks[i - 1];
    }
    fmt::print("last_round: {}\n", example);
    fmt::print("in_succession: {}\n", in_succession);
    return finish(marks, static_cast<std::size_t>(rounds) * 30);
} catch (...) {
    return failed("interleaved");
}
