// The connection pool and its connections, against the server that
// DATABASE_URL names: exactly_once.sh runs this.
#include "catch.hpp"
#include "other_thread.hpp"

#include "01-processes/process.hpp"
#include "05-io-bound/delay_line.hpp"
#include "05-io-bound/ledger.hpp"

#include <sys/eventfd.h>

#include <array>
#include <filesystem>

using namespace std::chrono_literals;

static std::string backend(pg_connection& db) {
    return db.run("SELECT pg_backend_pid()").text(0, 0);
}

// Closes a session of ours from the server's side, and waits until it is gone.
static void close_backend(const std::string& which) {
    pg_connection other;
    const std::array victim = {which.c_str()};
    REQUIRE(
        other.run("SELECT pg_terminate_backend($1, 10000)", victim).text(0, 0)
        == "t");
}

static std::string sqlstate_of(pg_connection& db, const std::string& sql) {
    try {
        db.run(sql);
    } catch (const pg_error& error) {
        return error.sqlstate;
    }
    return "none";
}

TEST_CASE("errors say by SQLSTATE what they are") {
    pg_connection db;
    CHECK(sqlstate_of(db, "SELECT") == "none");
    CHECK(sqlstate_of(db, "SELECT FROM many_hands.nowhere") == "42P01");
    CHECK(sqlstate_of(db, "SELECT 1 / 0") == "22012");
    CHECK(sqlstate_of(db, "SELEC") == "42601");
    close_backend(backend(db));
    const std::string broken = sqlstate_of(db, "SELECT");
    CHECK(may_pass(broken));
    CHECK((broken == "57P01" || broken == "08006"));
    CHECK(sqlstate_of(db, "SELECT") == "08006");

    for (const char* state :
         {"08000", "08006", "57P01", "57P02", "57P03", "57P05", "25P03",
          "25P04", "40001", "40P01", "53300"})
        CHECK(may_pass(state));
    for (const char* state :
         {"", "08004", "08P01", "22012", "23505", "28P01", "28000", "3D000",
          "42601", "57014", "57P04", "53100"})
        CHECK_FALSE(may_pass(state));
}

TEST_CASE("what libpq refuses to send is no broken connection") {
    pg_connection db;
    const std::vector<const char*> too_many(70'000, "1");
    std::string state = "none";
    try {
        db.run("SELECT 1", too_many);
    } catch (const pg_error& error) {
        state = error.sqlstate;
    }
    CHECK(state.empty());
    state = "none";
    try {
        db.copy_send("1\n"); // of no COPY
    } catch (const pg_error& error) {
        state = error.sqlstate;
    }
    CHECK(state.empty());
    CHECK(db.is_idle());
    CHECK(db.run("SELECT 1").text(0, 0) == "1");
}

TEST_CASE("sessions that were idle for too long are tried again") {
    pg_connection db;
    db.run("SET idle_session_timeout = 1");
    while (db.is_idle())
        std::this_thread::sleep_for(1ms);
    CHECK(may_pass(sqlstate_of(db, "SELECT")));
    pg_connection other;
    other.run("SET idle_in_transaction_session_timeout = 1; BEGIN");
    std::string state;
    do {
        std::this_thread::sleep_for(10ms);
        state = sqlstate_of(other, "SELECT");
    } while (state == "none");
    CHECK(may_pass(state));
}

TEST_CASE("no state is read out of a path") {
    const std::string url = database_url();
    std::string state;
    ::setenv("DATABASE_URL",
             "postgresql:///?host=/none%3A%20%2028P01%3A%20a%20failed%3A%20X",
             1);
    try {
        pg_connection db;
    } catch (const no_connection& error) {
        state = error.sqlstate;
    }
    ::setenv("DATABASE_URL", url.c_str(), 1);
    CHECK(state == "08001");
}

// Runs a line to the server, until it ends: after that the line is deaf, and
// its sockets are open.
struct line_that_ends {
    const std::string url = database_url();
    const std::filesystem::path server = socket_directory(url),
                                own = server
                                      / ("line." + std::to_string(::getpid()));
    const bool made = std::filesystem::create_directory(own);
    delay_line line{(own / ".s.PGSQL.5432").string(),
                    (server / ".s.PGSQL.5432").string(), 0us};
    const descriptor end{check(::eventfd(0, EFD_CLOEXEC), "eventfd")};
    std::jthread runs{[this] { line.run_until_readable(end.get()); }};

    line_that_ends() {
        ::setenv("DATABASE_URL", (url + "&host=" + own.string()).c_str(), 1);
    }
    void become_deaf() {
        ::eventfd_write(end.get(), 1);
        runs.join();
    }
    ~line_that_ends() {
        if (runs.joinable())
            become_deaf();
        ::setenv("DATABASE_URL", url.c_str(), 1);
        std::filesystem::remove_all(own);
    }
};

// Gives up, and not before its limit. That it does so at all is the test: each
// of these waited for ever once.
template<class Function>
static void gives_up_after(std::chrono::milliseconds limit,
                           const Function& what) {
    const auto start = std::chrono::steady_clock::now();
    CHECK_THROWS_AS(what(), no_connection);
    CHECK(std::chrono::steady_clock::now() - start >= limit);
}

TEST_CASE("a session that was idle when its server became deaf") {
    std::optional<line_that_ends> line(std::in_place);
    connection_pool pool(1);
    line->become_deaf();
    std::this_thread::sleep_for(1100ms); // who was used just now is not asked
    gives_up_after(200ms, [&] { pool.acquire(200ms); });
    line.reset();
    CHECK(pool.acquire(5s)->run("SELECT 1").text(0, 0) == "1");
}

TEST_CASE("a server that becomes deaf while a session is prepared") {
    std::optional<line_that_ends> line;
    connection_pool pool(1, [&](pg_connection& db) {
        if (line)
            line->become_deaf();
        db.run("SELECT 1");
    });
    auto lease = pool.acquire(1s);
    close_backend(backend(*lease));
    lease.release();
    line.emplace();
    gives_up_after(300ms, [&] { pool.acquire(300ms); });
    line.reset();
    CHECK(pool.acquire(5s)->run("SELECT 1").text(0, 0) == "1");
}

TEST_CASE("whom the server refuses does not try again") {
    const std::string url = database_url();
    connection_pool pool(1);
    auto lease = pool.acquire(1s);
    close_backend(backend(*lease));
    lease.release();
    for (const auto& [more, state] :
         {std::pair("&user=nobody_of_that_name", "28000"),
          std::pair("&dbname=none_of_that_name", "3D000")}) {
        ::setenv("DATABASE_URL", (url + more).c_str(), 1);
        const auto start = std::chrono::steady_clock::now();
        std::string found;
        try {
            pool.acquire(20s);
        } catch (const no_connection& error) {
            found = error.sqlstate;
        }
        CHECK(found == state);
        // Far below the limit, however slow this machine is.
        CHECK(std::chrono::steady_clock::now() - start < 10s);
    }
    ::setenv("DATABASE_URL", url.c_str(), 1);
    CHECK(pool.acquire(5s)->is_idle());
}

TEST_CASE("values are values, and a name that is none is refused") {
    pg_connection db;
    const std::array text = {"'); DROP TABLE x; --"};
    CHECK(db.run("SELECT $1::text", text).text(0, 0) == text[0]);
    const std::array<const char*, 1> null = {nullptr};
    CHECK(db.run("SELECT $1::text", null).is_null(0, 0));
    CHECK(db.quoted_name("a\"b") == "\"a\"\"b\"");
    for (const std::string& name :
         {std::string(), std::string("a\xc3"), std::string("a\0b", 3),
          std::string(64, 'x')})
        CHECK_THROWS_AS(db.quoted_name(name), pg_error);
}

TEST_CASE("COPY: a row that the server leaves out is missed") {
    pg_connection db;
    db.run("CREATE TEMP TABLE t (x int);"
           "CREATE FUNCTION pg_temp.skip() RETURNS trigger LANGUAGE plpgsql AS"
           " 'BEGIN IF NEW.x = 2 THEN RETURN NULL; END IF; RETURN NEW; END';"
           "CREATE TRIGGER skip BEFORE INSERT ON t FOR EACH ROW"
           " EXECUTE FUNCTION pg_temp.skip()");
    const auto copy = [&](const char* lines, std::int64_t rows) {
        db.copy_begin("COPY t FROM STDIN");
        db.copy_send(lines);
        db.copy_end(rows);
    };
    copy("1\n3\n", 2);
    CHECK_THROWS_AS(copy("1\n2\n3\n", 3), wrong_result);
    CHECK_THROWS_AS(copy("1\nx\n3\n", 3), pg_error);
    CHECK(db.run("SELECT count(*) FROM t").text(0, 0) == "4");
}

TEST_CASE("who comes first is served first, and none is left out") {
    connection_pool pool(1);
    auto lease = pool.acquire(1s);
    constexpr int waiters = 60;
    std::vector<int> order;
    {
        std::vector<std::unique_ptr<other_thread>> threads;
        for (int i = 0; i < waiters; ++i) {
            threads.push_back(std::make_unique<other_thread>([&, i] {
                const auto mine = pool.acquire(60s);
                order.push_back(i); // it is the only one that has a session
            }));
            threads.back()->until_asleep();
        }
        lease.release();
        for (auto& thread : threads)
            thread->join();
    }
    REQUIRE(order.size() == waiters);
    CHECK(std::is_sorted(order.begin(), order.end()));
}

TEST_CASE("who gives up takes no session along") {
    connection_pool pool(2);
    {
        auto one = pool.acquire(1s), other = pool.acquire(1s);
        std::vector<std::jthread> threads;
        std::atomic<int> gave_up = 0;
        for (int i = 0; i < 20; ++i)
            threads.emplace_back([&] {
                try {
                    pool.acquire(10ms);
                } catch (const no_connection&) {
                    ++gave_up;
                }
            });
        threads.clear();
        CHECK(gave_up == 20);
    }
    CHECK(pool.free_sessions().size() == 2);
    // Whoever is served in the moment in which the limit ends has it.
    std::atomic<int> served = 0;
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t)
        threads.emplace_back([&] {
            for (int i = 0; i < 500; ++i)
                try {
                    const auto mine =
                        pool.acquire(std::chrono::milliseconds(i % 3));
                    ++served;
                } catch (const no_connection&) {
                }
        });
    threads.clear();
    CHECK(served > 0);
    CHECK(pool.free_sessions().size() == 2);
}

TEST_CASE("a session that was closed is replaced, idle or in use") {
    connection_pool pool(1);
    auto lease = pool.acquire(1s);
    const std::string first = backend(*lease);
    lease.release();
    close_backend(first);
    auto next = pool.acquire(5s);
    const std::string second = backend(*next);
    CHECK(second != first);
    close_backend(second);
    CHECK_THROWS_AS(next->run("SELECT"), pg_error);
    next.release();
    CHECK(backend(*pool.acquire(5s)) != second);
}

TEST_CASE("the next user finds no transaction and no COPY") {
    connection_pool pool(1);
    const auto spoil = [&](const std::string& how) {
        auto lease = pool.acquire(5s);
        const std::string session = backend(*lease);
        try {
            if (how == "COPY")
                lease->copy_begin("COPY (SELECT) FROM STDIN");
            else
                lease->run(how);
        } catch (const pg_error&) {
        }
        lease.release();
        auto next = pool.acquire(5s);
        CHECK(next->is_idle());
        CHECK(next->run("SELECT 1").text(0, 0) == "1");
        return backend(*next) != session;
    };
    CHECK(spoil("BEGIN"));
    CHECK(spoil("BEGIN; SELECT 1 / 0"));
    CHECK(spoil("COPY pg_am TO STDOUT"));
    CHECK_FALSE(spoil("SELECT 1 / 0")); // a session as good as any
    CHECK_FALSE(spoil("DO 'BEGIN RAISE WARNING ''x''; END'"));
}

TEST_CASE("released twice, or used after that, is an error") {
    connection_pool pool(2);
    auto lease = pool.acquire(1s);
    auto moved = std::move(lease);
    CHECK_THROWS_AS(lease->is_idle(), std::logic_error);
    moved.release();
    CHECK_THROWS_AS(moved.release(), std::logic_error);
    CHECK_THROWS_AS(moved->is_idle(), std::logic_error);
    CHECK(pool.free_sessions().size() == 2);
    try {
        const auto mine = pool.acquire(1s);
        throw 7;
    } catch (int) {
    }
    CHECK(pool.free_sessions().size() == 2);
}

TEST_CASE(
    "a full server: wait until somebody leaves, never more than allowed") {
    connection_pool pool(1);
    auto lease = pool.acquire(1s);
    close_backend(backend(*lease));
    lease.release();
    std::vector<pg_connection> others;
    std::string state;
    try {
        for (;;)
            others.emplace_back();
    } catch (const no_connection& error) {
        state = error.sqlstate;
    }
    CHECK(state == "53300");
    state = "";
    try {
        pool.acquire(100ms);
    } catch (const no_connection& error) {
        state = error.what();
    }
    CHECK_THAT(state, contains("none within 100 ms"));
    CHECK_THAT(state, contains("too many clients"));
    {
        other_thread waiting([&] { CHECK(pool.acquire(60s)->is_idle()); });
        waiting.until_asleep();
        others.clear();
        waiting.join();
    }
}

TEST_CASE("after fork the child gets nothing, and spoils nothing") {
    connection_pool pool(1);
    auto lease = pool.acquire(1s);
    pg_connection db;
    const std::string session = backend(db);
    const auto refused = [](const auto& use) {
        try {
            use();
        } catch (const std::logic_error&) {
            return true;
        }
        return false;
    };
    process child([&]() -> int {
        const bool all = refused([&] { db.run("SELECT"); })
                         && refused([&] { pool.acquire(1s); })
                         && refused([&] { db.is_idle(); });
        pg_connection moved = std::move(db); // goes here, and says no good-bye
        { auto copy = std::move(lease); }    // as does a lease
        return all ? 7 : 1;
    });
    child.join();
    CHECK(child.exit_code() == 7);
    CHECK(backend(db) == session);
    CHECK(lease->run("SELECT 1").text(0, 0) == "1");
    lease.release();
    CHECK(pool.acquire(1s)->is_idle());
}

// Is this backend waiting for another transaction?
static bool waits_for_lock(const std::string& which) {
    pg_connection other;
    const std::array backend = {which.c_str()};
    return other
               .run("SELECT wait_event_type = 'Lock' FROM pg_stat_activity"
                    " WHERE pid = $1",
                    backend)
               .text(0, 0)
           == "t";
}

TEST_CASE("an earlier attempt that has not ended yet is waited for") {
    pg_connection().run("CREATE SCHEMA IF NOT EXISTS many_hands");
    connection_pool pool(1);
    ledger book(pool, "test");
    const std::string loading = backend(*pool.acquire(1s));
    for (const bool commits : {true, false}) {
        pg_connection earlier; // whose program is gone, but not its backend
        earlier.run("DELETE FROM many_hands.ledger WHERE import = 'test'");
        earlier.run("BEGIN; INSERT INTO many_hands.ledger VALUES ('test', 1)");
        std::atomic<bool> ended = false;
        bool first = false;
        int worked = 0;
        std::jthread again([&] {
            first = book.once(
                1, [&](pg_connection&) { ++worked; }, 60s);
            ended = true;
        });
        while (!ended && !waits_for_lock(loading))
            std::this_thread::sleep_for(1ms);
        CHECK_FALSE(ended); // a SELECT would have found nothing, and gone on
        earlier.run(commits ? "COMMIT" : "ROLLBACK");
        again.join();
        CHECK(first == !commits);
        CHECK(worked == (commits ? 0 : 1));
    }
    CHECK(book.retries() == 0);
}
