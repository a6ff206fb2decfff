// spinner_thread: a thread turns a spinner while the main thread computes. An
// event tells it to stop.
//
//     build/bin/spinner_thread
#include "01-processes/primes.hpp"
#include "02-threads/event.hpp"
#include "common/cli.hpp"
#include "common/stopwatch.hpp"

#include <unistd.h>

#include <thread>

//> spin
static void spin(event& done, std::int64_t interval_us, std::int64_t& frames) {
    const bool terminal = ::isatty(STDERR_FILENO) == 1;
    while (!done.wait_for(std::chrono::microseconds(interval_us))) {
        if (terminal)
            fmt::print(stderr, "\r{} thinking", "|/-\\"[frames % 4]);
        ++frames;
    }
    if (terminal)
        fmt::print(stderr, "\r          \r");
}
//< spin

int main(int argc, char** argv) try {
    std::int64_t interval_us = 10'000;
    cli("spinner_thread", "Computes while a thread turns a spinner.")
        .number("interval-us", interval_us, 100, 10'000'000, "between frames")
        .parse(argc, argv);
    constexpr std::uint64_t number = 5'000'111'000'222'021; // of the book
    fmt::print("is {} prime? A frame every {} us\n", number, interval_us);
    event done;
    std::int64_t frames = 0; // the spinner's, until it is joined
    std::thread spinner(spin, std::ref(done), interval_us, std::ref(frames));
    const stopwatch clock;
    const bool prime = is_prime(number);
    const double seconds = clock.seconds();
    done.set();
    spinner.join();
    fmt::print("frames: {}\nframes_per_s: {:.1f}\n", frames,
               double(frames) / seconds);
    return finish<std::string>(prime ? "prime" : "not prime", "prime");
} catch (...) {
    return failed("spinner_thread");
}
