// two_uses_mixed_up: broken on purpose. A lock around each call, and not around
// a question and its answer: who comes in between takes the other's answer.
//
//     tools/with_postgres.sh build/bin/two_uses_mixed_up
#include "two_uses.hpp"

#include "async_mutex.hpp"

#include <random>

int main(int argc, char** argv) try {
    cli("two_uses_mixed_up", "Two tasks, one connection, a lock too short.")
        .parse(argc, argv);
    stop_on_signals();
    event_loop loop;
    const auto db = loop.run(async_connection::connect());
    db->begin_pipeline(); // or libpq would refuse
    std::minstd_rand random(1);
    //> ask
    async_mutex lock;
    auto ask = [&](async_connection& one,
                   std::int64_t number) -> task<std::string> {
        {
            const auto turn = co_await lock.lock();
            one.pipeline_run(fmt::format("SELECT {}", number));
            one.pipeline_sync();
            co_await one.pipeline_flush();
        }
        // Something else that takes its time.
        co_await sleep_for(std::chrono::microseconds(random() % 1000));
        const auto turn = co_await lock.lock();
        const auto answer = co_await one.pipeline_answer(PGRES_TUPLES_OK);
        co_await one.pipeline_answer(PGRES_PIPELINE_SYNC);
        co_return answer.text(0, 0);
    };
    //< ask
    const two_uses_answers answers = loop.run(ask_from_two(*db, ask));
    print_two_uses(answers);
    return finish_broken(answers.right, std::int64_t{200});
} catch (...) {
    return failed("two_uses_mixed_up");
}
