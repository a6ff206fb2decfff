// spinner_process: a child that turns a spinner while its parent computes. An
// event in shared memory tells it to stop.
//
//     build/bin/spinner_process
#include "01-processes/primes.hpp"
#include "01-processes/process.hpp"
#include "01-processes/shared_memory.hpp"
#include "common/cli.hpp"
#include "common/stopwatch.hpp"

struct shared_state {
    shared_semaphore done;
    std::int64_t frames = 0; // written by the child, read after its end
};

//> spin
static int spin(shared_state& state, std::int64_t interval_us) {
    const bool terminal = ::isatty(STDERR_FILENO) == 1;
    while (!state.done.acquire_within(interval_us)) {
        if (terminal)
            fmt::print(stderr, "\r{} thinking", "|/-\\"[state.frames % 4]);
        ++state.frames;
    }
    if (terminal)
        fmt::print(stderr, "\r          \r");
    return 0;
}
//< spin

int main(int argc, char** argv) try {
    std::int64_t interval_us = 10'000, rounds = 1;
    cli("spinner_process", "Computes while a child turns a spinner.")
        .number("interval-us", interval_us, 100, 10'000'000, "between frames")
        .number("rounds", rounds, 1, 1'000'000, "of the same computation")
        .parse(argc, argv);
    constexpr std::uint64_t number = 5'000'111'000'222'021; // of the book
    fmt::print("is {} prime? A frame every {} us\n", number, interval_us);
    const auto state = make_shared_memory<shared_state>();
    process spinner([&] { return spin(*state, interval_us); });
    const stopwatch clock;
    std::int64_t primes = 0;
    for (std::int64_t round = 0; round < rounds; ++round)
        primes += is_prime(number);
    const double seconds = clock.seconds();
    state->done.release();
    spinner.join();
    fmt::print("frames: {}\nframes_per_s: {:.1f}\n", state->frames,
               double(state->frames) / seconds);
    return finish<std::string>(primes == rounds ? "prime" : "not prime",
                               "prime");
} catch (...) {
    return failed("spinner_process");
}
