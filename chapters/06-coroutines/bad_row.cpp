// bad_row: a thousand rows through a pipeline, and the server refuses one of
// them. With it goes its transaction: what was sent between two syncs.
//
//     tools/with_postgres.sh build/bin/bad_row --sync-every 100
#include "bad_row.hpp"

struct bad_row_job {
    std::int64_t rows = 1000, sync_every = 1;
    bool sync_after(std::int64_t row) const {
        return row + 1 == rows || (row + 1) % sync_every == 0;
    }
};

//> load
static task<void> send_rows(const bad_row_job& job, async_connection& db) {
    const sample_source source(1);
    for (std::int64_t row = 0; row < job.rows; ++row) {
        pipeline_row(db, source, row, row == job.rows / 2);
        if (job.sync_after(row))
            db.pipeline_sync();
        co_await db.pipeline_flush();
    }
}

static task<bad_row_answers> load_all(const bad_row_job& job) {
    bad_row_answers answers;
    const auto db = co_await connect_loader();
    db->begin_pipeline();
    auto body = [&](task_group& group) -> task<void> {
        group.spawn(send_rows(job, *db), "sends rows");
        for (std::int64_t row = 0; row < job.rows; ++row) {
            co_await count_answer(*db, answers);
            if (job.sync_after(row))
                co_await db->pipeline_answer(PGRES_PIPELINE_SYNC);
        }
    };
    co_await in_group_or_first_error(body);
    db->end_pipeline();
    co_return answers;
}
//< load

int main(int argc, char** argv) try {
    bad_row_job job;
    cli("bad_row", "Loads rows, one of which is bad.")
        .number("rows", job.rows, 1, 100'000, "rows, one of them bad")
        .number("sync-every", job.sync_every, 1, 100'000,
                "rows are a transaction")
        .parse(argc, argv);
    stop_on_signals();
    const load_job size{.rows = job.rows, .workers = 1};
    samples_load table(size);
    const bad_row_answers answers = event_loop().run(load_all(job));
    const std::int64_t bad = job.rows / 2, first = bad - bad % job.sync_every,
                       end = std::min(first + job.sync_every, job.rows);
    return finish(survivors(table, answers), job.rows - (end - first));
} catch (...) {
    return failed("bad_row");
}
