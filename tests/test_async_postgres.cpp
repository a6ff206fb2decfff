// Chapter 06's connections and ledger for tasks, against the server that
// DATABASE_URL names: async_postgres.sh runs this.
#include "catch.hpp"

#include "05-io-bound/delay_line.hpp"
#include "06-coroutines/async_ledger.hpp"
#include "06-coroutines/within.hpp"

#include <array>
#include <csignal>
#include <ctime>
#include <filesystem>
#include <fstream>

using namespace std::chrono_literals;
using session = std::unique_ptr<async_connection>;

// For what was awaited: g++ 12 awaits what stands in a CHECK twice.
template<class Found, class Expected>
static void same(const Found& found, const Expected& expected) {
    CHECK(found == expected);
}
static void run(task<void> test) {
    event_loop().run(std::move(test));
}
// Of our own process; a directory that is read is one more.
static std::ptrdiff_t descriptors() {
    const std::filesystem::directory_iterator all("/proc/self/fd"), end;
    return std::distance(all, end);
}
// What `work` throws: the class of the error, and its SQLSTATE.
template<class T>
static task<std::string> thrown(task<T> work) {
    try {
        static_cast<void>(co_await std::move(work));
    } catch (const timed_out&) {
        co_return "timed_out";
    } catch (const pipeline_skipped&) {
        co_return "pipeline_skipped";
    } catch (const no_connection& error) {
        co_return "no_connection " + error.sqlstate;
    } catch (const pg_error& error) {
        co_return "pg_error " + error.sqlstate;
    }
    co_return "nothing";
}
// A session that ends, though it is busy, when we have gone.
static task<session> connect_watched() {
    auto db = co_await async_connection::connect();
    co_await db->async_run("SET client_connection_check_interval = 100");
    co_return std::move(db);
}
// Begins `work`, and cancels it where it waits for the first time.
static task<void> begin_and_cancel(task<void> work) {
    auto body = [&](task_group& group) -> task<void> {
        group.spawn(std::move(work));
        co_await next_turn();
        group.cancel();
    };
    try {
        co_await in_group(body);
    } catch (const cancelled&) { // the body gave up, too
    }
}
static task<std::string> text_of(async_connection& db, std::string sql) {
    const pg_result answer = co_await db.async_run(sql);
    co_return answer.text(0, 0);
}
// The session of the ledger's table, and of those who look from outside.
static std::string ask(const std::string& sql) {
    return pg_connection().run(sql).text(0, 0);
}

// --- Connecting --------------------------------------------------------------

// DATABASE_URL names another server's directory while this lives.
struct other_directory {
    const std::string url = database_url();
    explicit other_directory(const std::string& path) {
        ::setenv("DATABASE_URL", (url + "&host=" + path).c_str(), 1);
    }
    ~other_directory() { ::setenv("DATABASE_URL", url.c_str(), 1); }
};

// Who connects to it waits for ever: nobody accepts.
struct deaf_server {
    const std::filesystem::path own =
        std::filesystem::path(socket_directory(database_url()))
        / ("deaf." + std::to_string(::getpid()));
    const bool made = std::filesystem::create_directory(own);
    const descriptor listening{
        check(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket")};
    const other_directory named{own.string()};

    deaf_server() {
        const sockaddr_un name = unix_address(own / ".s.PGSQL.5432");
        check(::bind(listening.get(), reinterpret_cast<const sockaddr*>(&name),
                     sizeof name),
              "bind");
        check(::listen(listening.get(), 10), "listen");
    }
    ~deaf_server() { std::filesystem::remove_all(own); }
};

TEST_CASE("nobody is there") {
    const other_directory nowhere("/none");
    run([]() -> task<void> {
        const auto before = descriptors();
        same(co_await thrown(async_connection::connect()),
             "no_connection 08001");
        CHECK(descriptors() == before);
    }());
}

TEST_CASE("a server that refuses") {
    const other_directory without(socket_directory(database_url())
                                  + "&dbname=none_of_that_name");
    run([]() -> task<void> {
        const auto before = descriptors();
        same(co_await thrown(async_connection::connect()),
             "no_connection 3D000");
        CHECK(descriptors() == before);
    }());
}

TEST_CASE("connecting to a deaf server can be limited, and cancelled") {
    const deaf_server deaf;
    run([]() -> task<void> {
        const auto before = descriptors();
        const auto start = event_loop::clock::now();
        same(co_await thrown(within(200ms, async_connection::connect())),
             "timed_out");
        CHECK(event_loop::clock::now() - start >= 200ms);
        CHECK(descriptors() == before);
        std::ptrdiff_t meanwhile = 0;
        auto connects = [&]() -> task<void> {
            const auto db = co_await async_connection::connect();
            FAIL_CHECK("connected to nobody");
        };
        auto body = [&](task_group& group) -> task<void> {
            group.spawn(connects());
            co_await next_turn();
            meanwhile = descriptors();
            group.cancel();
        };
        co_await in_group(body);
        CHECK(meanwhile == before + 1); // it was half-way
        CHECK(descriptors() == before);
    }());
}

// --- One conversation --------------------------------------------------------

TEST_CASE("who comes while another task waits is refused") {
    run([]() -> task<void> {
        const session db = co_await async_connection::connect();
        const std::string backend =
            co_await text_of(*db, "SELECT pg_backend_pid()");
        std::string first, second;
        auto asks = [&]() -> task<void> {
            first = co_await text_of(*db, "SELECT 7");
        };
        auto body = [&](task_group& group) -> task<void> {
            group.spawn(asks());
            co_await next_turn();
            // The answer is here, and the first task does not know it yet.
            while (
                ask("SELECT state FROM pg_stat_activity WHERE pid = " + backend)
                != "idle") {
            }
            try {
                co_await db->async_run("SELECT 8");
            } catch (const pg_error& error) {
                second = error.what();
                CHECK(error.sqlstate.empty());
            }
        };
        co_await in_group(body);
        CHECK(first == "7");
        CHECK_THAT(second, contains("another command is already in progress"));
        CHECK(db->is_idle());
        same(co_await text_of(*db, "SELECT 9"), "9");
    }());
}

TEST_CASE("who is cancelled leaves a connection that is not idle") {
    run([]() -> task<void> {
        const session db = co_await connect_watched();
        auto waits = [&]() -> task<void> {
            co_await db->async_run("SELECT pg_sleep(600)");
            FAIL_CHECK("it has slept");
        };
        CHECK(db->is_idle());
        co_await begin_and_cancel(waits());
        CHECK_FALSE(db->is_idle());

        const session other = co_await connect_watched();
        other->begin_pipeline();
        other->pipeline_run("SELECT 1");
        other->pipeline_run("SELECT pg_sleep(600)");
        other->pipeline_sync();
        auto takes = [&]() -> task<void> {
            co_await other->pipeline_flush();
            co_await other->pipeline_answer(PGRES_TUPLES_OK);
            FAIL_CHECK("answers come when the buffer is full, or at the end");
        };
        co_await begin_and_cancel(takes());
        CHECK_FALSE(other->is_idle());
    }());
}

// --- COPY --------------------------------------------------------------------

static const std::string piece_of_lines = [] {
    std::string all;
    for (int line = 0; line < 1024; ++line)
        all += std::string(63, 'x') + '\n';
    return all; // 64 KiB
}();
constexpr int pieces = 200; // 12.5 MiB

struct stopped_process {
    explicit stopped_process(pid_t which) : pid(which) {
        is_stopped = ::kill(pid, SIGSTOP) == 0;
        const std::string stat = "/proc/" + std::to_string(pid) + "/stat";
        for (std::string text; is_stopped;) {
            std::getline(std::ifstream(stat), text);
            if (text.find(") T ") != text.npos)
                break;
        }
    }
    void go_on() {
        if (std::exchange(is_stopped, false))
            ::kill(pid, SIGCONT);
    }
    ~stopped_process() { go_on(); }
    const pid_t pid;
    bool is_stopped;
};

TEST_CASE("COPY to a server that does not read: the others go on") {
    run([]() -> task<void> {
        const session db = co_await async_connection::connect();
        const std::string backend =
            co_await text_of(*db, "SELECT pg_backend_pid()");
        co_await db->async_run("CREATE TEMP TABLE t (x text)");
        co_await db->async_copy_begin("COPY t FROM STDIN");
        stopped_process server(std::stoi(backend));
        if (!server.is_stopped) {
            fmt::print("not tried, it is another user's: a backend that is "
                       "stopped\n");
            co_return;
        }
        int sent = 0, ticks = 0, sent_meanwhile = 0;
        auto send = [&]() -> task<void> {
            for (; sent < pieces; ++sent)
                co_await db->async_copy_send(piece_of_lines);
        };
        auto body = [&](task_group& group) -> task<void> {
            group.spawn(send());
            for (; ticks < 100; ++ticks)
                co_await sleep_for(1ms);
            sent_meanwhile = sent;
            server.go_on();
        };
        co_await in_group(body);
        CHECK(ticks == 100);
        CHECK(sent_meanwhile < pieces);
        CHECK(sent == pieces);
        co_await db->async_copy_end(1024 * pieces);
        same(co_await text_of(*db, "SELECT count(*) FILTER (WHERE x = "
                                   "repeat('x', 63)) FROM t"),
             std::to_string(1024 * pieces));
    }());
}

TEST_CASE("COPY to a server that has something to say to each row") {
    run([]() -> task<void> {
        const session db = co_await async_connection::connect();
        co_await db->async_run(
            "CREATE TEMP TABLE t (x text);"
            "CREATE FUNCTION pg_temp.say() RETURNS trigger LANGUAGE plpgsql AS"
            " 'BEGIN RAISE NOTICE ''%'', repeat(''y'', 1000); RETURN NEW;"
            " END'; CREATE TRIGGER say BEFORE INSERT ON t FOR EACH ROW"
            " EXECUTE FUNCTION pg_temp.say()");
        co_await db->async_copy_begin("COPY t FROM STDIN");
        const int some = 20;
        for (int i = 0; i < some; ++i)
            co_await db->async_copy_send(piece_of_lines);
        co_await db->async_copy_end(1024 * some);
        CHECK(db->is_idle());
    }());
}

TEST_CASE("COPY: rows that are bad, or missed") {
    run([]() -> task<void> {
        const session db = co_await async_connection::connect();
        co_await db->async_run("CREATE TEMP TABLE t (x int)");
        auto copy = [&](const char* lines, std::int64_t rows) -> task<void> {
            co_await db->async_copy_begin("COPY t FROM STDIN");
            co_await db->async_copy_send(lines);
            co_await db->async_copy_end(rows);
        };
        co_await copy("1\n2\n", 2);
        same(co_await thrown(copy("3\nx\n", 2)), "pg_error 22P02");
        bool missed = false;
        try {
            co_await copy("4\n", 2);
        } catch (const wrong_result&) {
            missed = true;
        }
        CHECK(missed);
        CHECK(db->is_idle());
        same(co_await text_of(*db, "SELECT sum(x) FROM t"), "7");
    }());
}

// --- Pipelines ---------------------------------------------------------------

TEST_CASE("a pipeline that fills all buffers ends") {
    run([]() -> task<void> {
        const session db = co_await async_connection::connect();
        co_await db->async_run("SET client_min_messages = debug5");
        const int statements = sanitized ? 20'000 : 100'000;
        db->begin_pipeline();
        auto send = [&]() -> task<void> {
            for (int i = 0; i < statements; ++i) {
                db->pipeline_run("SELECT " + std::to_string(i));
                if (i % 1000 == 999)
                    co_await db->pipeline_flush();
            }
            db->pipeline_sync();
            co_await db->pipeline_flush();
        };
        int right = 0;
        auto body = [&](task_group& group) -> task<void> {
            group.spawn(send());
            for (int i = 0; i < statements; ++i) {
                const auto answer =
                    co_await db->pipeline_answer(PGRES_TUPLES_OK);
                right += answer.text(0, 0) == std::to_string(i) ? 1 : 0;
            }
            co_await db->pipeline_answer(PGRES_PIPELINE_SYNC);
        };
        co_await in_group(body);
        db->end_pipeline();
        CHECK(right == statements);
        CHECK(db->is_idle());
    }());
}

TEST_CASE("in a pipeline an error is met once, and ends at the sync") {
    run([]() -> task<void> {
        const session db = co_await async_connection::connect();
        for (const auto& [bad, state] :
             {std::pair("INSERT INTO t VALUES ('1')", "23505"),
              std::pair("INSERT INTO t VALUES ('x')", "22P02"),
              std::pair("INSERT INTO t VALUE", "42601")}) {
            co_await db->async_run("DROP TABLE IF EXISTS t;"
                                   "CREATE TEMP TABLE t (x int PRIMARY KEY)");
            db->begin_pipeline();
            db->pipeline_run("INSERT INTO t VALUES (1)");
            db->pipeline_run(bad);
            db->pipeline_run("INSERT INTO t VALUES (2)");
            db->pipeline_run("SELECT 1");
            db->pipeline_sync();
            db->pipeline_run("INSERT INTO t VALUES (3)");
            db->pipeline_sync();
            co_await db->pipeline_flush();
            const auto next = [&](ExecStatusType expected) {
                return thrown(db->pipeline_answer(expected));
            };
            same(co_await next(PGRES_COMMAND_OK), "nothing");
            same(co_await next(PGRES_COMMAND_OK),
                 "pg_error " + std::string(state));
            same(co_await next(PGRES_COMMAND_OK), "pipeline_skipped");
            same(co_await next(PGRES_TUPLES_OK), "pipeline_skipped");
            same(co_await next(PGRES_PIPELINE_SYNC), "nothing");
            same(co_await next(PGRES_COMMAND_OK), "nothing");
            same(co_await next(PGRES_PIPELINE_SYNC), "nothing");
            db->end_pipeline();
            CHECK(db->is_idle());
            same(co_await text_of(*db, "SELECT string_agg(x::text, ' ')"
                                       " FROM t"),
                 "3");
        }
    }());
}

// As if the server had gone without a word: cuts the sockets of our sessions.
static void cut_sessions() {
    for (int fd = 3; fd < 1000; ++fd) {
        sockaddr_un name = {};
        socklen_t size = sizeof name;
        if (::getpeername(fd, reinterpret_cast<sockaddr*>(&name), &size) == 0
            && name.sun_family == AF_UNIX)
            check(::shutdown(fd, SHUT_RDWR), "shutdown");
    }
}

TEST_CASE("a pipeline whose server has gone ends") {
    run([]() -> task<void> {
        const auto db = co_await connect_watched();
        db->begin_pipeline();
        db->pipeline_run("SELECT pg_sleep(60)");
        db->pipeline_sync();
        co_await db->pipeline_flush();
        cut_sessions();
        same(co_await thrown(db->pipeline_answer(PGRES_TUPLES_OK)),
             "pg_error 08006");
        same(co_await thrown(db->pipeline_answer(PGRES_PIPELINE_SYNC)),
             "pg_error 08006");
    }());
}

TEST_CASE("a sync that cannot commit throws, and its answer still comes") {
    run([]() -> task<void> {
        const auto db = co_await connect_watched();
        co_await db->async_run("CREATE TEMP TABLE once (number int UNIQUE"
                               " DEFERRABLE INITIALLY DEFERRED)");
        db->begin_pipeline();
        for (const char* number : {"1", "1"})
            db->pipeline_run(
                fmt::format("INSERT INTO once VALUES ({})", number));
        db->pipeline_sync();
        db->pipeline_run("INSERT INTO once VALUES (2)");
        db->pipeline_sync();
        co_await db->pipeline_flush();
        for (int i = 0; i < 2; ++i)
            same(co_await thrown(db->pipeline_answer(PGRES_COMMAND_OK)),
                 "nothing");
        same(co_await thrown(db->pipeline_answer(PGRES_PIPELINE_SYNC)),
             "pg_error 23505");
        for (const auto next :
             {PGRES_PIPELINE_SYNC, PGRES_COMMAND_OK, PGRES_PIPELINE_SYNC})
            same(co_await thrown(db->pipeline_answer(next)), "nothing");
        db->end_pipeline();
        CHECK(db->is_idle());
        same(co_await text_of(*db, "SELECT count(*) FROM once"), "1");
    }());
}

TEST_CASE("COPY TO, which nobody reads, is an error and no hang") {
    run([]() -> task<void> {
        const auto db = co_await connect_watched();
        same(co_await thrown(db->async_run("COPY (SELECT 1) TO STDOUT")),
             "pg_error ");
    }());
}

TEST_CASE("who takes an answer before anything was sent waits for it") {
    run([]() -> task<void> {
        const session db = co_await async_connection::connect();
        db->begin_pipeline();
        std::string got;
        auto take = [&]() -> task<void> {
            const auto answer = co_await db->pipeline_answer(PGRES_TUPLES_OK);
            got = answer.text(0, 0);
            co_await db->pipeline_answer(PGRES_PIPELINE_SYNC);
        };
        auto body = [&](task_group& group) -> task<void> {
            group.spawn(take());
            const std::clock_t before = std::clock();
            co_await sleep_for(300ms);
            CHECK(std::clock() - before < CLOCKS_PER_SEC / 10); // no spinning
            CHECK(got.empty());
            db->pipeline_run("SELECT 7");
            db->pipeline_sync();
            co_await db->pipeline_flush();
        };
        co_await in_group(body);
        db->end_pipeline();
        CHECK(got == "7");
    }());
}

// --- The ledger --------------------------------------------------------------

static task<void> close_backend(async_connection& db) {
    const std::string which = co_await text_of(db, "SELECT pg_backend_pid()");
    CHECK(ask("SELECT pg_terminate_backend(" + which + ", 10000)") == "t");
}

// An empty ledger and an empty table, of which the loaders' sessions know.
struct empty_ledger {
    pg_connection db;
    empty_ledger() {
        db.run("DROP SCHEMA IF EXISTS many_hands CASCADE;"
               "CREATE SCHEMA many_hands");
        create_ledger(db);
        std::string columns = "id_client text";
        for (std::size_t c = 0; c < class_count; ++c)
            columns += fmt::format(", class_{} float8", c);
        db.run(fmt::format("CREATE TABLE {} ({});"
                           "CREATE TABLE many_hands.t (x int)",
                           samples_table, columns));
    }
    std::string batches() {
        return db
            .run("SELECT string_agg(batch::text, ' ' ORDER BY batch)"
                 " FROM many_hands.ledger")
            .text(0, 0);
    }
    std::string rows() {
        return db
            .run("SELECT string_agg(x::text, ' ' ORDER BY x)"
                 " FROM many_hands.t")
            .text(0, 0);
    }
};

TEST_CASE("an attempt whose session was closed is made again") {
    empty_ledger table;
    run([&]() -> task<void> {
        async_ledger book("test");
        session db;
        int worked = 0;
        auto work = [&]() -> task<void> {
            co_await db->async_run("INSERT INTO many_hands.t VALUES (1)");
            if (++worked == 1)
                co_await close_backend(*db);
            co_await db->async_run("SELECT 1");
        };
        same(co_await book.once(db, 1, work, 60s), true);
        CHECK(worked == 2);
        CHECK(book.retries() == 1);
        same(co_await book.once(db, 1, work, 60s), false);
        CHECK(worked == 2);
        // Closed while nobody used it.
        co_await close_backend(*db);
        same(co_await book.once(db, 2, work, 60s), true);
        CHECK(worked == 3);
    }());
    CHECK(table.batches() == "1 2");
    CHECK(table.rows() == "1 1");
}

TEST_CASE("an error that does not pass comes out at once") {
    empty_ledger table;
    run([&]() -> task<void> {
        async_ledger book("test");
        session db;
        int worked = 0;
        auto work = [&]() -> task<void> {
            ++worked;
            co_await db->async_run("INSERT INTO many_hands.t VALUES (1)");
            co_await db->async_run("SELECT 1 / 0");
        };
        same(co_await thrown(book.once(db, 1, work, 60s)), "pg_error 22012");
        CHECK(worked == 1);
        CHECK(book.retries() == 0);
        const other_directory without(socket_directory(database_url())
                                      + "&dbname=none_of_that_name");
        session none;
        same(co_await thrown(book.once(none, 1, work, 60s)),
             "no_connection 3D000");
        CHECK(worked == 1);
    }());
    CHECK(table.batches().empty());
    CHECK(table.rows().empty());
}

TEST_CASE("after an error the session may be used for another batch") {
    empty_ledger table;
    run([&]() -> task<void> {
        async_ledger book("test");
        session db;
        auto add = [&](const char* number) -> task<void> {
            co_await db->async_run(
                fmt::format("INSERT INTO many_hands.t VALUES ({})", number));
        };
        auto fails = [&]() -> task<void> {
            co_await db->async_run("INSERT INTO many_hands.t VALUES (1)");
            throw std::runtime_error("the work's own");
        };
        std::string why;
        try {
            co_await book.once(db, 1, fails, 60s);
        } catch (const std::runtime_error& error) {
            why = error.what();
        }
        CHECK(why == "the work's own");
        auto works = [&]() -> task<void> { co_await add("3"); };
        same(co_await thrown(book.once(db, 3, works, 60s)), "nothing");
        auto divides = [&]() -> task<void> { co_await add("1 / 0"); };
        same(co_await thrown(book.once(db, 2, divides, 60s)), "pg_error 22012");
        same(co_await thrown(book.once(db, 4, works, 60s)), "nothing");
    }());
    CHECK(table.batches() == "3 4"); // and not 1 along with 3
    CHECK(table.rows() == "3 3");
}

TEST_CASE("when the limit is over the last error comes out") {
    empty_ledger table;
    run([&]() -> task<void> {
        async_ledger book("test");
        session db;
        int worked = 0;
        auto work = [&]() -> task<void> {
            ++worked;
            co_await close_backend(*db);
            co_await db->async_run("SELECT 1");
        };
        auto start = event_loop::clock::now();
        const std::string last = co_await thrown(book.once(db, 1, work, 500ms));
        CHECK((last == "pg_error 57P01" || last == "pg_error 08006"));
        CHECK(event_loop::clock::now() - start >= 500ms);
        CHECK(worked >= 2);
        CHECK(book.retries() == worked - 1);

        const other_directory nowhere("/none");
        start = event_loop::clock::now();
        session none;
        same(co_await thrown(book.once(none, 1, work, 300ms)),
             "no_connection 08001");
        CHECK(event_loop::clock::now() - start >= 300ms);
    }());
    CHECK(table.batches().empty());
}

TEST_CASE("a cancelled attempt leaves nothing that another one waits for") {
    empty_ledger table;
    run([&]() -> task<void> {
        async_ledger book("test");
        session first, second;
        auto never_ends = [&]() -> task<void> {
            co_await sleep_for(std::chrono::hours(1));
        };
        same(co_await thrown(
                 within(200ms, book.once(first, 1, never_ends, 60s))),
             "timed_out");
        auto works = [&]() -> task<void> {
            co_await second->async_run("INSERT INTO many_hands.t VALUES (1)");
        };
        same(co_await within(30s, book.once(second, 1, works, 60s)), true);
    }());
    CHECK(table.batches() == "1");
    CHECK(table.rows() == "1");
}

TEST_CASE("the limit of an attempt is one of connecting, too") {
    const deaf_server deaf;
    run([&]() -> task<void> {
        async_ledger book("test");
        session db;
        auto nothing = [&]() -> task<void> { co_return; };
        same(co_await thrown(within(30s, book.once(db, 1, nothing, 300ms))),
             "no_connection 08001");
    }());
}
