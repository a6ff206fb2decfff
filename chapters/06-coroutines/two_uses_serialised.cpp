// two_uses_serialised: whoever comes while another one waits for its answer
// waits for its turn.
//
//     tools/with_postgres.sh build/bin/two_uses_serialised
#include "two_uses.hpp"

#include "async_mutex.hpp"

int main(int argc, char** argv) try {
    cli("two_uses_serialised", "Two tasks, one connection, one lock.")
        .parse(argc, argv);
    stop_on_signals();
    event_loop loop;
    const auto db = loop.run(async_connection::connect());
    //> ask
    async_mutex lock;
    auto ask = [&](async_connection& one,
                   std::int64_t number) -> task<std::string> {
        const auto turn = co_await lock.lock();
        const auto answer =
            co_await one.async_run(fmt::format("SELECT {}", number));
        co_return answer.text(0, 0);
    };
    //< ask
    const two_uses_answers answers = loop.run(ask_from_two(*db, ask));
    print_two_uses(answers);
    return finish(answers.right, std::int64_t{200});
} catch (...) {
    return failed("two_uses_serialised");
}
