// spinner_prime_nap: the prime test lets the others go on now and then. What
// costs more: to do so, or to ask each time whether it is time?
//
//     build/bin/spinner_prime_nap --loop nested --every 100000
#include "spinner.hpp"

//> naps
// As in the book: a remainder more in the loop, and now and then a nap.
static task<bool> one_loop(std::uint64_t n, std::uint64_t every, bool nap) {
    for (std::uint64_t i = 3; i * i <= n; i += 2) {
        if (n % i == 0)
            co_return false;
        if (i % every == 1 && nap)
            co_await next_turn();
    }
    co_return true;
}
// The inner loop knows nothing of naps.
static task<bool> nested_loops(std::uint64_t n, std::uint64_t every) {
    for (std::uint64_t from = 3; from * from <= n; from += every) {
        for (std::uint64_t i = from; i < from + every && i * i <= n; i += 2)
            if (n % i == 0)
                co_return false;
        co_await next_turn();
    }
    co_return true;
}
//< naps
static task<bool> plain_loop(std::uint64_t n) {
    co_return is_prime(n);
}

int main(int argc, char** argv) try {
    spinner state;
    std::string loop = "nested";
    std::int64_t every = 100'000;
    cli("spinner_prime_nap", "Computes with naps in the spinner's loop.")
        .choice("loop", loop, {"nested", "one", "no-nap", "plain"},
                "of the prime test")
        .number("every", every, 2, 100'000'000,
                "numbers, half of which are tried, before a nap")
        .number("interval-us", state.interval_us, 100, 10'000'000,
                "between frames")
        .parse(argc, argv);
    every -= every % 2;
    fmt::print("is {} prime? A nap every {} numbers ({} loop)\n", big_prime,
               every, loop);
    const auto often = static_cast<std::uint64_t>(every);
    const event_loop events;
    if (loop == "nested")
        return time_spinner(state, nested_loops(big_prime, often));
    if (loop == "plain")
        return time_spinner(state, plain_loop(big_prime));
    return time_spinner(state, one_loop(big_prime, often, loop == "one"));
} catch (...) {
    return failed("spinner_prime_nap");
}
