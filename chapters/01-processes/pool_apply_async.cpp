// pool_apply_async: submit a task and go on; three ways to its result. Wait
// with a limit, ask now and then by its number, or leave a function to call.
//
//     build/bin/pool_apply_async --nap-ms 50
#include "common/cli.hpp"
#include "process_pool.hpp"

#include <map>
#include <thread>

using std::chrono::milliseconds;

int main(int argc, char** argv) try {
    std::int64_t nap_ms = 50;
    cli("pool_apply_async", "Gets results later.")
        .number("nap-ms", nap_ms, 20, 60'000, "that each task sleeps")
        .parse(argc, argv);
    fmt::print("2 workers, tasks of {} ms\n", nap_ms);
    process_pool<int, int> pool(
        [&](const int& number) {
            std::this_thread::sleep_for(milliseconds(nap_ms));
            return number * number;
        },
        {.workers = 2});
    int sum = 0;

    //> wait
    const auto first = pool.submit(2);
    const bool early = pool.get(first, milliseconds(1)).has_value();
    fmt::print("there_after_1_ms: {}\n", early ? "yes" : "no");
    sum += pool.get(first, milliseconds(5000))->value();
    //< wait
    //> poll
    const auto second = pool.submit(3);
    std::int64_t asked = 1;
    auto answer = pool.get(second, milliseconds(0));
    for (; !answer; ++asked) {
        std::this_thread::sleep_for(milliseconds(1)); // or something useful
        answer = pool.get(second, milliseconds(0));
    }
    sum += answer->value();
    fmt::print("asked_several_times: {}\n", asked > 1 ? "yes" : "no");
    //< poll
    //> callback
    std::map<std::uint64_t, std::function<void(int)>> callbacks;
    for (const int number : {4, 5})
        callbacks[pool.submit(number)] = [&](int square) { sum += square; };
    while (const auto one = pool.next())
        callbacks.at(one->task)(one->value());
    //< callback
    return finish(sum, 4 + 9 + 16 + 25);
} catch (...) {
    return failed("pool_apply_async");
}
