// load_forked_connection: broken on purpose. A child uses the connection that
// fork has copied, and its parent goes on using it. Each takes whatever answer
// is there, and most of these are the other one's.
//
//     tools/with_postgres.sh build/bin/load_forked_connection --rows 1000
#include "01-processes/process.hpp"
#include "01-processes/shared_memory.hpp"
#include "05-io-bound/samples_table.hpp"

using raw_connection = std::unique_ptr<PGconn, decltype(&PQfinish)>;

struct answers {
    std::atomic<std::int64_t> right = 0, wrong = 0, errors = 0;
};
// No more than this: one waits for ever when the other has taken its answer.
static constexpr double limit_s = 2;

// An answer, or null: an error, or nothing until the limit. (libpq cannot tell
// that there are two of us; nor that what it reads is not for us.)
static PGresult* answer_within(PGconn* db, const stopwatch& clock) {
    std::vector<pollfd> ends = {{PQsocket(db), POLLIN, 0}};
    while (PQisBusy(db) == 1) {
        const double left = limit_s - clock.seconds();
        if (left <= 0
            || !wait_for(ends, std::chrono::milliseconds(1 + long(1e3 * left)))
            || PQconsumeInput(db) == 0)
            return nullptr;
    }
    return PQgetResult(db);
}

//> load
// Loads rows and asks for the id of each, which must be the one that was sent.
static void load_rows(PGconn* db, sample_source source, std::int64_t first,
                      std::int64_t end, answers& got, const stopwatch& clock) {
    const std::string insert = insert_rows(1) + " RETURNING id_client";
    for (std::int64_t row = first; row < end && clock.seconds() < limit_s;
         ++row) {
        const row_as_text values(source, row);
        if (PQsendQueryParams(db, insert.c_str(), int(column_count), nullptr,
                              values.columns().data(), nullptr, nullptr, 0)
            == 0) {
            ++got.errors;
            continue;
        }
        while (PGresult* next = answer_within(db, clock)) {
            const pg_result answer(next);
            if (answer.status() != PGRES_TUPLES_OK)
                ++got.errors;
            else if (answer.text(0, 0) == values.columns()[0])
                ++got.right;
            else
                ++got.wrong; // and libpq is content
        }
    }
}
//< load

int main(int argc, char** argv) try {
    load_job job;
    job.workers = 2, job.rows = 1'000;
    cli("load_forked_connection", "Two processes, one connection; broken.")
        .number("rows", job.rows, 100, 100'000, "half of them for each process")
        .number("seed", job.seed, 0, 1'000'000'000, "other seed, other rows")
        .parse(argc, argv);
    stop_on_signals();
    const samples_load table(job);
    const sample_source source(static_cast<std::uint64_t>(job.seed));
    const raw_connection db(PQconnectdb(database_url().c_str()), PQfinish);
    if (PQstatus(db.get()) != CONNECTION_OK)
        throw no_connection(PQerrorMessage(db.get()), "08001");
    PQsetNoticeProcessor(
        db.get(), [](void*, const char*) {}, nullptr);
    const auto ours = make_shared_memory<answers>(),
               childs = make_shared_memory<answers>();
    const stopwatch clock;
    //> fork
    process child([&] {
        load_rows(db.get(), source, 0, job.rows / 2, *childs, clock);
        return 0;
    });
    load_rows(db.get(), source, job.rows / 2, job.rows, *ours, clock);
    child.join();
    //< fork
    fmt::print("parent: {} right answers, {} wrong ones, {} errors\n",
               ours->right.load(), ours->wrong.load(), ours->errors.load());
    fmt::print("child: {} right answers, {} wrong ones, {} errors\n",
               childs->right.load(), childs->wrong.load(),
               childs->errors.load());
    const std::int64_t wrong = ours->wrong + childs->wrong;
    fmt::print("wrong_without_an_error: {}\n", wrong);
    return finish_broken<std::string>(
        wrong == 0 ? "right answers" : "wrong answers", "right answers");
} catch (...) {
    return failed("load_forked_connection");
}
