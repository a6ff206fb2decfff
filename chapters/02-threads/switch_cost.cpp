// switch_cost: two threads, or two processes, on one core hand a byte to and
// fro, and touch memory of their own each time. What does a switch cost?
//
//     build/bin/switch_cost --working-set-kib 256
#include "01-processes/pipe_queue.hpp"
#include "01-processes/process.hpp"
#include "common/check.hpp"
#include "common/cli.hpp"
#include "common/stopwatch.hpp"
#include "common/workers.hpp"

#include <algorithm>
#include <thread>
#include <vector>

struct side {
    pipe_queue<char>& mine;
    pipe_queue<char>& others;
    std::vector<char> memory;
    std::int64_t answers = 0;
};

// Writes to each cache line; volatile, so that no compiler leaves it out.
static void touch(std::vector<char>& memory) {
    for (std::size_t i = 0; i < memory.size(); i += 64)
        const_cast<volatile char&>(memory[i]) = 1;
}

// Answers until a zero comes.
static int answer(side own) {
    while (own.mine.get().value_or(0) != 0) {
        touch(own.memory);
        own.others.put(1);
    }
    return 0;
}

// Microseconds per switch; two a round.
static double ask(side& own, std::int64_t rounds) {
    const stopwatch clock;
    for (std::int64_t i = 0; i < rounds; ++i) {
        touch(own.memory);
        own.others.put(1);
        if (!own.mine.get())
            throw std::runtime_error("the other process is dead");
        ++own.answers;
    }
    return clock.seconds() * 1e6 / double(2 * rounds);
}

int main(int argc, char** argv) try {
    std::int64_t rounds = 20'000, working_set_kib = 0;
    cli("switch_cost", "Switches between threads, and between processes.")
        .number("rounds", rounds, 100, 100'000'000, "to and fro, of each kind")
        .number("working-set-kib", working_set_kib, 0, 1 << 20,
                "of memory that each side touches every time")
        .parse(argc, argv);
    fmt::print("{} rounds on one core, {} KiB each\n", rounds, working_set_kib);
    use_one_core();
    const std::vector<char> memory(std::size_t(working_set_kib) * 1024);
    std::int64_t answers = 0;
    double thread_us = 0, process_us = 0, touch_us = 0;
    // In turns and in ten parts, so that a slow moment hits all alike.
    for (int part = 0; part < 10; ++part) {
        pipe_queue<char> here, there;
        side own{here, there, memory, 0};
        const side partner{there, here, memory, 0};
        //> kinds
        {
            std::jthread other([&partner] { answer(partner); });
            ask(own, rounds / 100 + 1); // to warm up
            thread_us += ask(own, rounds / 10) / 10;
            there.put(0);
        }
        {
            process other([&partner] { return answer(partner); });
            here.close(); // else we could not see that it is dead
            ask(own, rounds / 100 + 1);
            process_us += ask(own, rounds / 10) / 10;
            there.put(0);
            other.join();
        }
        //< kinds
        const stopwatch clock;
        for (std::int64_t i = 0; i < rounds; i += 10)
            touch(own.memory);
        answers += own.answers;
        touch_us += clock.seconds() * 1e6 / double(rounds);
    }
    fmt::print("thread_us: {:.2f}\n", thread_us);
    fmt::print("process_us: {:.2f}\n", process_us);
    fmt::print("touch_alone_us: {:.2f}\n", touch_us);
    return finish(answers, 20 * (rounds / 10 + rounds / 100 + 1));
} catch (...) {
    return failed("switch_cost");
}
