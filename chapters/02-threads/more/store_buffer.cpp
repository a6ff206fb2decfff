// store_buffer: each of two threads writes one variable and reads the other.
// If instructions ran in the order of the text, one of them would see a 1.
//
//     build/bin/store_buffer --rounds 5000
#include "common/check.hpp"
#include "common/cli.hpp"
#include "common/workers.hpp"

#include <atomic>
#include <thread>
#include <vector>

static constexpr std::int64_t pairs_a_round = 100;

// Two threads meet here, again and again, and leave at almost the same moment.
class meeting {
  public:
    // False: the other one will not come.
    bool arrive_and_wait(std::int64_t time, const std::stop_token& stop) {
        ++arrived_;
        for (int spins = 0; arrived_ < 2 * time; ++spins)
            if (spins > 10'000) { // there may be only one core
                std::this_thread::yield();
                if (stop.stop_requested())
                    return false;
            }
        return true;
    }

  private:
    std::atomic<std::int64_t> arrived_ = 0;
};

// One experiment. Both run through a row of them, so that somewhere on the way
// they do the same one at the same moment.
struct pair {
    alignas(64) std::atomic<int> x = 0; // each in a cache line of its own
    alignas(64) std::atomic<int> y = 0;
    alignas(64) int seen_by_first = 0, seen_by_second = 0;
};

// How often neither of the two threads sees the other's write.
template<std::memory_order order>
static std::int64_t both_zero(std::int64_t rounds) {
    std::vector<pair> pairs(pairs_a_round);
    meeting start, end;
    std::int64_t count = 0;
    //> threads
    // If there is no second thread, the first one's destructor stops it.
    std::jthread first([&](const std::stop_token& stop) {
        use_core(0);
        for (std::int64_t round = 1; round <= rounds; ++round) {
            if (!start.arrive_and_wait(round, stop))
                return;
            for (pair& p : pairs) {
                p.x.store(1, order);
                p.seen_by_first = p.y.load(order);
            }
            end.arrive_and_wait(round, stop);
        }
    });
    std::jthread second([&](const std::stop_token& stop) {
        use_core(1);
        for (std::int64_t round = 1; round <= rounds; ++round) {
            for (pair& p : pairs)
                p.x = p.y = 0;
            start.arrive_and_wait(round, stop);
            for (pair& p : pairs) {
                p.y.store(1, order);
                p.seen_by_second = p.x.load(order);
            }
            end.arrive_and_wait(round, stop);
            for (const pair& p : pairs)
                count += p.seen_by_first == 0 && p.seen_by_second == 0;
        }
    });
    //< threads
    first.join();
    second.join();
    return count;
}

int main(int argc, char** argv) try {
    std::int64_t rounds = 5000;
    cli("store_buffer", "Looks for writes that nobody has seen yet.")
        .number("rounds", rounds, 1, 1'000'000'000, "of 100 pairs each")
        .parse(argc, argv);
    fmt::print("{} pairs of writes and reads\n", rounds * pairs_a_round);
    fmt::print("both_zero_relaxed: {}\n",
               both_zero<std::memory_order_relaxed>(rounds));
    const std::int64_t ordered = both_zero<std::memory_order_seq_cst>(rounds);
    fmt::print("both_zero_seq_cst: {}\n", ordered);
    return finish(ordered, std::int64_t{0});
} catch (...) {
    return failed("store_buffer");
}
