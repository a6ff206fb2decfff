// promise_future: a result that another thread will bring, or an exception,
// or the news that nobody will bring anything.
//
//     build/bin/promise_future
#include "common/check.hpp"
#include "common/cli.hpp"

#include <future>
#include <thread>

// What comes out of a future: a number, or an exception's text.
static std::string outcome_of(std::future<int> future) try {
    return fmt::format("{}", future.get()); // waits
} catch (const std::future_error&) {
    return "broken promise";
} catch (const std::exception& error) {
    return error.what();
}

int main(int argc, char** argv) try {
    cli("promise_future", "Brings results by promises.").parse(argc, argv);
    fmt::print("four promises\n");
    //> kept
    std::promise<int> kept;
    std::future<int> number = kept.get_future();
    const std::jthread one([&kept] { kept.set_value(42); });
    //< kept
    std::promise<int> failing;
    std::future<int> error = failing.get_future();
    const std::jthread two([&failing] {
        try {
            throw std::runtime_error("no such number");
        } catch (...) {
            failing.set_exception(std::current_exception());
        }
    });
    //> forgotten
    std::future<int> never = std::promise<int>().get_future(); // it is gone
    //< forgotten
    //> async
    // The same with less to write. The destructor of this kind of future
    // waits for the thread; that of the others does not.
    std::future<int> easy = std::async(std::launch::async, [] { return 7; });
    //< async
    const std::string outcomes =
        fmt::format("{}, {}, {}, {}", outcome_of(std::move(number)),
                    outcome_of(std::move(error)), outcome_of(std::move(never)),
                    outcome_of(std::move(easy)));
    return finish<std::string>(outcomes,
                               "42, no such number, broken promise, 7");
} catch (...) {
    return failed("promise_future");
}
