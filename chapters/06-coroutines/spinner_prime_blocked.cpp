// spinner_prime_blocked: the same, but the other task does not wait: it
// computes. The spinner does not turn.
//
//     build/bin/spinner_prime_blocked
#include "spinner.hpp"

//> check
static task<bool> check_prime(std::uint64_t number) {
    co_return is_prime(number); // and nobody else runs meanwhile
}
//< check

int main(int argc, char** argv) try {
    spinner state;
    cli("spinner_prime_blocked", "Computes in the spinner's loop.")
        .number("interval-us", state.interval_us, 100, 10'000'000,
                "between frames")
        .parse(argc, argv);
    fmt::print("is {} prime? A frame every {} us\n", big_prime,
               state.interval_us);
    const event_loop events;
    return time_spinner(state, check_prime(big_prime));
} catch (...) {
    return failed("spinner_prime_blocked");
}
