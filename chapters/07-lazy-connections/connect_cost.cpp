// connect_cost: what it takes to open so many connections, one after the other
// and all at once; and what a lazy one costs when it is there.
//
//     tools/with_postgres.sh build/bin/connect_cost --connections 48
#include "lazy_connection.hpp"

#include "05-io-bound/loopback.hpp"
#include "06-coroutines/async_postgres.hpp"
#include "common/cli.hpp"
#include "common/stopwatch.hpp"

int main(int argc, char** argv) try {
    std::int64_t connections = 48;
    cli("connect_cost", "Connects in turn, and at once.")
        .number("connections", connections, 1, 95, "of each kind")
        .parse(argc, argv);
    stop_on_signals();
    allow_descriptors(2 * connections + 50);
    static_cast<void>(database_url()); // or there is nothing to print
    fmt::print("{} connections of each kind\n", connections);
    const auto each_ms = [&](const stopwatch& clock) {
        return 1e3 * clock.seconds() / double(connections);
    };
    //> in_turn
    const stopwatch in_turn;
    std::vector<std::unique_ptr<pg_connection>> first;
    for (std::int64_t i = 0; i < connections; ++i)
        first.push_back(std::make_unique<pg_connection>());
    fmt::print("in_turn_each_ms: {:.3f}\n", each_ms(in_turn));
    //< in_turn
    //> at_once
    event_loop loop;
    std::vector<std::unique_ptr<async_connection>> second;
    auto connect_one = [&]() -> task<void> {
        second.push_back(co_await async_connection::connect());
    };
    auto connect = [&](task_group& group) -> task<void> {
        for (std::int64_t i = 0; i < connections; ++i)
            group.spawn(connect_one(), "connects");
        co_return;
    };
    const stopwatch at_once;
    loop.run(in_group_or_first_error(connect));
    fmt::print("at_once_each_ms: {:.3f}\n", each_ms(at_once));
    //< at_once
    //> lazy
    lazy_connection lazy([](pg_connection&) {});
    const stopwatch use;
    lazy.get().run("");
    fmt::print("first_use_ms: {:.3f}\n", 1e3 * use.seconds());
    const stopwatch again;
    constexpr int uses = 1'000'000;
    for (int i = 0; i < uses; ++i)
        lazy.get();
    fmt::print("get_ns: {:.1f}\n", 1e9 * again.seconds() / uses);
    //< lazy
    return finish(std::ssize(first) + std::ssize(second), 2 * connections);
} catch (...) {
    return failed("connect_cost");
}
