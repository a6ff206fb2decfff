// bad_row_lost: broken on purpose. bad_row, but BEGIN and COMMIT travel along
// with each row. The server skips the COMMIT of the bad one, so its transaction
// never ends, and all later rows are in it.
//
//     tools/with_postgres.sh build/bin/bad_row_lost --rows 1000
#include "bad_row.hpp"

//> load
static task<void> send_rows(std::int64_t rows, async_connection& db) {
    const sample_source source(1);
    for (std::int64_t row = 0; row < rows; ++row) {
        db.pipeline_run("BEGIN");
        pipeline_row(db, source, row, row == rows / 2);
        db.pipeline_run("COMMIT");
        db.pipeline_sync();
        co_await db.pipeline_flush();
    }
}
//< load

static task<bad_row_answers> load_all(std::int64_t rows) {
    bad_row_answers answers;
    const auto db = co_await connect_loader();
    db->begin_pipeline();
    auto body = [&](task_group& group) -> task<void> {
        group.spawn(send_rows(rows, *db), "sends rows");
        for (std::int64_t row = 0; row < rows; ++row) {
            for (int command = 0; command < 3; ++command)
                co_await count_answer(*db, answers);
            co_await db->pipeline_answer(PGRES_PIPELINE_SYNC);
        }
    };
    co_await in_group_or_first_error(body);
    db->end_pipeline();
    co_return answers;
}

int main(int argc, char** argv) try {
    std::int64_t rows = 1000;
    cli("bad_row_lost", "Loads rows, one of which is bad; loses others.")
        .number("rows", rows, 1, 100'000, "rows, one of them bad")
        .parse(argc, argv);
    stop_on_signals();
    const load_job size{.rows = rows, .workers = 1};
    samples_load table(size);
    const bad_row_answers answers = event_loop().run(load_all(rows));
    return finish_broken(survivors(table, answers), rows - 1);
} catch (...) {
    return failed("bad_row_lost");
}
