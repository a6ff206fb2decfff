// two_uses_refused: whoever comes while another one waits for its answer gets
// an error. libpq does this by itself.
//
//     tools/with_postgres.sh build/bin/two_uses_refused
#include "two_uses.hpp"

int main(int argc, char** argv) try {
    cli("two_uses_refused", "Two tasks, one connection, no lock.")
        .parse(argc, argv);
    stop_on_signals();
    event_loop loop;
    const auto db = loop.run(async_connection::connect());
    //> ask
    auto ask = [](async_connection& one,
                  std::int64_t number) -> task<std::string> {
        const auto answer =
            co_await one.async_run(fmt::format("SELECT {}", number));
        co_return answer.text(0, 0);
    };
    //< ask
    const two_uses_answers answers = loop.run(ask_from_two(*db, ask));
    print_two_uses(answers);
    return finish(answers.right + answers.refused, std::int64_t{200});
} catch (...) {
    return failed("two_uses_refused");
}
