// spinner_prime_process: a child computes, and its end is an event for the
// loop. The spinner turns.
//
//     build/bin/spinner_prime_process
#include "06-coroutines/spinner.hpp"

#include "01-processes/process.hpp"

//> check
static task<bool> check_prime(std::uint64_t number) {
    process child([number] { return is_prime(number) ? 0 : 1; });
    co_await readable(child.pidfd()); // until its end
    co_return child.exit_code() == 0;
}
//< check

int main(int argc, char** argv) try {
    spinner state;
    cli("spinner_prime_process", "Computes in a child beside the loop.")
        .number("interval-us", state.interval_us, 100, 10'000'000,
                "between frames")
        .parse(argc, argv);
    fmt::print("is {} prime? A frame every {} us\n", big_prime,
               state.interval_us);
    const event_loop events;
    return time_spinner(state, check_prime(big_prime));
} catch (...) {
    return failed("spinner_prime_process");
}
