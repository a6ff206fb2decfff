// pool_connections: six threads share two sessions. Who waits, who gives up,
// and who gets what when the server has closed a session.
//
//     tools/with_postgres.sh build/bin/pool_connections
#include "02-threads/thread_pool.hpp"
#include "common/cli.hpp"
#include "common/stopwatch.hpp"
#include "connection_pool.hpp"

using std::chrono::milliseconds;

static std::string backend(pg_connection& db) {
    return db.run("SELECT pg_backend_pid()").text(0, 0);
}

int main(int argc, char** argv) try {
    cli("pool_connections", "Shares two sessions.").parse(argc, argv);
    constexpr milliseconds patience(5000), impatience(50);
    connection_pool sessions(2);
    fmt::print("6 threads, 2 sessions\n");

    //> wait
    thread_pool threads(6);
    const stopwatch six;
    threads.parallel_for(6, 1, [&](std::int64_t) {
        sessions.acquire(patience)->run("SELECT pg_sleep(0.1)");
    });
    fmt::print("six_queries_ms: {:.0f}\n", 1e3 * six.seconds());
    //< wait

    //> limit
    auto one = sessions.acquire(patience), other = sessions.acquire(patience);
    bool gave_up = false;
    const stopwatch third;
    try {
        sessions.acquire(impatience);
    } catch (const no_connection&) {
        gave_up = true;
    }
    fmt::print("gave_up_after_ms: {:.0f}\n", 1e3 * third.seconds());
    //< limit

    //> broken
    const std::string closed = backend(*one);
    one.release();
    const std::array victim = {closed.c_str()};
    other->run("SELECT pg_terminate_backend($1, 5000)", victim);
    auto next = sessions.acquire(patience); // it would be the one just closed
    const bool replaced = backend(*next) != closed;
    //< broken
    const std::string sessions_now =
        other
            ->run("SELECT count(*) FROM pg_stat_activity WHERE"
                  " application_name = 'many-hands'")
            .text(0, 0);
    return finish(fmt::format("gave up: {}, replaced: {}, sessions: {}",
                              gave_up, replaced, sessions_now),
                  std::string("gave up: true, replaced: true, sessions: 2"));
} catch (...) {
    return failed("pool_connections");
}
