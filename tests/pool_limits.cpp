// pool_limits: asks a pool for a session in five states of the database, and
// prints how late it gave up. What is said of it in tests/loaders.md comes from
// here, where it had to be at most 50 ms late:
//
//     tools/with_postgres.sh build-tests/bin/pool_limits --rounds 200 --late-ms
//     50
#include "05-io-bound/connection_pool.hpp"
#include "05-io-bound/delay_line.hpp"
#include "common/cli.hpp"

#include <sys/eventfd.h>

#include <array>
#include <filesystem>

using milliseconds = std::chrono::milliseconds;
using clock_type = std::chrono::steady_clock;

// How late after its limit, in ms; throws if a session was to be had.
static double late(connection_pool& pool, milliseconds limit) {
    const auto start = clock_type::now();
    try {
        pool.acquire(limit);
    } catch (const no_connection&) {
        return std::chrono::duration<double, std::milli>(clock_type::now()
                                                         - start - limit)
            .count();
    }
    throw wrong_result("there was a session");
}

// The pool's only session breaks.
static void break_session(connection_pool& pool) {
    auto lease = pool.acquire(milliseconds(5000));
    const std::string session =
        lease->run("SELECT pg_backend_pid()").text(0, 0);
    lease.release();
    pg_connection other;
    const std::array victim = {session.c_str()};
    other.run("SELECT pg_terminate_backend($1, 10000)", victim);
}

static void point_at(const std::filesystem::path& directory) {
    const std::string url = "postgresql:///postgres?user=many_hands&host=";
    ::setenv("DATABASE_URL", (url + directory.string()).c_str(), 1);
}

int main(int argc, char** argv) try {
    std::int64_t rounds = 5, limit_ms = 100, late_ms = 10'000;
    cli("pool_limits", "How late does acquire() give up?")
        .number("rounds", rounds, 1, 100'000, "for each state")
        .number("limit-ms", limit_ms, 1, 60'000, "the limit of acquire()")
        .number("late-ms", late_ms, 1, 60'000,
                "so late it may be, in 99 of 100 rounds")
        .parse(argc, argv);
    const std::string url = database_url();
    const std::filesystem::path server = socket_directory(url),
                                own = server
                                      / fmt::format("limits.{}", ::getpid());
    std::filesystem::create_directory(own);
    const auto socket_in = [&](const char* name) {
        std::filesystem::create_directory(own / name);
        return (own / name / ".s.PGSQL.5432").string();
    };
    const auto bound = [&](const char* name, bool listens) {
        const sockaddr_un address = unix_address(socket_in(name));
        descriptor socket(
            check(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket"));
        check(::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address),
                     sizeof address),
              "bind");
        if (listens)
            check(::listen(socket.get(), 1024), "listen");
        return socket;
    };
    const descriptor refuses = bound("refuses", false),
                     deaf = bound("deaf", true);
    delay_line far(socket_in("slow"), (server / ".s.PGSQL.5432").string(),
                   std::chrono::seconds(10));
    const descriptor end(check(::eventfd(0, EFD_CLOEXEC), "eventfd"));
    std::jthread line([&] { far.run_until_readable(end.get()); });
    std::filesystem::create_directory(own / "gone");

    const milliseconds limit(limit_ms);
    fmt::print("{} rounds, limit {} ms\n", rounds, limit_ms);
    std::string wrong;
    for (const std::string state :
         {"busy", "gone", "refuses", "deaf", "slow"}) {
        connection_pool pool(1);
        std::optional<connection_pool::lease> holder;
        if (state == "busy") {
            holder.emplace(pool.acquire(limit));
        } else {
            break_session(pool);
            point_at(own / state);
        }
        std::vector<double> all;
        for (std::int64_t round = 0; round < rounds; ++round)
            all.push_back(late(pool, limit));
        ::setenv("DATABASE_URL", url.c_str(), 1);
        std::sort(all.begin(), all.end());
        const auto at = [&](double share) {
            return all[static_cast<std::size_t>(share
                                                * double(all.size() - 1))];
        };
        fmt::print("{}_p50_ms: {:.1f}\n{}_p99_ms: {:.1f}\n", state, at(0.5),
                   state, at(0.99));
        if (all.front() < 0)
            wrong += state + " too early ";
        if (at(0.99) > double(late_ms))
            wrong += state + " too late ";
    }
    ::eventfd_write(end.get(), 1);
    line.join();
    std::filesystem::remove_all(own);
    return finish<std::string>(wrong.empty() ? "in time" : wrong, "in time");
} catch (...) {
    return failed("pool_limits");
}
