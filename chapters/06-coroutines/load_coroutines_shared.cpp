// load_coroutines_shared: the loader of the co-rotinas article. A task for each
// row, all of them on one connection, and each of them commits.
//
//     tools/with_postgres.sh build/bin/load_coroutines_shared --rows 1000
#include "async_load.hpp"

#include "async_mutex.hpp"
#include "async_semaphore.hpp"

//> connection
// What psycopg's asynchronous connection does for those who share it. The lock
// is held until the answer is there.
struct shared_connection {
    async_connection& db;
    samples_load& load;
    std::int64_t bad_row; // is without an id; 0: none
    async_mutex lock = {};
    bool in_transaction = false;
    std::int64_t commits_asked = 0, commits_sent = 0;

    task<void> insert(sample_source source, std::int64_t row) {
        const auto turn = co_await lock.lock(); // first come, first served
        if (!std::exchange(in_transaction, true))
            co_await db.async_run("BEGIN");
        load.row_begins();
        if (row + 1 == bad_row)
            co_await db.async_run(fmt::format(
                "INSERT INTO {} (id_client) VALUES (NULL)", samples_table));
        else
            co_await insert_row(db, source, row);
    }
    task<void> commit() {
        ++commits_asked;
        const auto turn = co_await lock.lock();
        if (!std::exchange(in_transaction, false))
            co_return; // there is nothing to commit
        ++commits_sent;
        co_await db.async_run("COMMIT");
    }
};
//< connection

struct shared_job : load_job {
    std::int64_t at_once = 0; // tasks; 0: all of them
    std::int64_t bad_row = 0;
};

//> load
static task<void> save(async_semaphore::permit, shared_connection& db,
                       sample_source source, std::int64_t row) {
    co_await db.insert(source, row);
    co_await db.commit();
}

static task<void> load_all(const shared_job& job, shared_connection& db) {
    const sample_source source(static_cast<std::uint64_t>(job.seed));
    async_semaphore permits(job.at_once == 0 ? job.rows : job.at_once);
    auto body = [&](task_group& group) -> task<void> {
        for (std::int64_t row = 0; row < job.rows; ++row)
            group.spawn(save(co_await permits.acquire(), db, source, row),
                        "saves a row");
    };
    co_await in_group_or_first_error(body);
}
//< load

int main(int argc, char** argv) try {
    shared_job job;
    job.workers = 1;
    load_options("load_coroutines_shared", "Loads samples by tasks.", job)
        .number("at-once", job.at_once, 0, 1'000'000'000, "tasks; 0: all")
        .number("bad-row", job.bad_row, 0, 1'000'000'000,
                "the server refuses it; then says how many are there; 0: none")
        .parse(argc, argv);
    stop_on_signals();
    samples_load load(job);
    event_loop loop;
    const async_sessions sessions = loop.run(connect_all(1));
    shared_connection db{*sessions.front(), load, job.bad_row};
    load.start(as_blocking(sessions));
    try {
        loop.run(load_all(job, db));
    } catch (const pg_error& error) {
        if (job.bad_row == 0)
            throw;
        fmt::print("{}", error.what());
        const std::int64_t survivors = load.rows_there();
        fmt::print("survivors: {}\n", survivors);
        const std::int64_t before = job.bad_row - 1, of = job.at_once;
        return finish(survivors, of == 0 ? 0 : before / of * of);
    }
    fmt::print("commits_asked: {}\ncommits_sent: {}\n", db.commits_asked,
               db.commits_sent);
    print_coroutine_frames();
    return load.finish(as_blocking(sessions));
} catch (...) {
    return failed("load_coroutines_shared");
}
