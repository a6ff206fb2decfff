// spinner_prime_executor: a thread of a pool computes, and the task waits for
// it as for anything else. The spinner turns.
//
//     build/bin/spinner_prime_executor
#include "in_pool.hpp"
#include "spinner.hpp"

//> check
static task<bool> check_prime(thread_pool& pool, std::uint64_t number) {
    co_return co_await in_pool(pool, [number] { return is_prime(number); });
}
//< check

int main(int argc, char** argv) try {
    spinner state;
    cli("spinner_prime_executor", "Computes in a thread beside the loop.")
        .number("interval-us", state.interval_us, 100, 10'000'000,
                "between frames")
        .parse(argc, argv);
    fmt::print("is {} prime? A frame every {} us\n", big_prime,
               state.interval_us);
    const event_loop events;
    thread_pool pool(1);
    return time_spinner(state, check_prime(pool, big_prime));
} catch (...) {
    return failed("spinner_prime_executor");
}
