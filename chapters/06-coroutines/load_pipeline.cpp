// load_pipeline: one connection that does not wait for each answer: one task
// sends rows, another one takes the answers, which come in the same order.
//
//     tools/with_postgres.sh build/bin/load_pipeline --rows 100000
#include "async_load.hpp"

struct pipeline_job : load_job {
    std::int64_t sync_every = 0; // rows; 0: once, at the end
    bool sync_after(std::int64_t row) const {
        return row + 1 == rows
               || (sync_every > 0 && (row + 1) % sync_every == 0);
    }
};

//> load
// What is sent between two syncs is one transaction.
static task<void> send_rows(const pipeline_job& job, samples_load& load,
                            async_connection& db) {
    const sample_source source(static_cast<std::uint64_t>(job.seed));
    for (std::int64_t row = 0; row < job.rows; ++row) {
        load.row_begins();
        const row_as_text values(source, row);
        db.pipeline_execute("insert_sample", values.columns());
        if (job.sync_after(row))
            db.pipeline_sync();
        if (row % 100 == 99 || job.sync_after(row))
            co_await db.pipeline_flush(); // waits while the server is behind
    }
}

static task<void> load_all(const pipeline_job& job, samples_load& load,
                           async_connection& db) {
    db.begin_pipeline();
    auto body = [&](task_group& group) -> task<void> {
        group.spawn(send_rows(job, load, db), "sends rows");
        for (std::int64_t row = 0; row < job.rows; ++row) {
            co_await db.pipeline_answer(PGRES_COMMAND_OK);
            if (job.sync_after(row))
                co_await db.pipeline_answer(PGRES_PIPELINE_SYNC);
        }
    };
    co_await in_group_or_first_error(body);
    db.end_pipeline();
}
//< load

int main(int argc, char** argv) try {
    pipeline_job job;
    job.workers = 1;
    load_options("load_pipeline", "Loads samples through a pipeline.", job)
        .number("sync-every", job.sync_every, 0, 1'000'000'000,
                "rows are a transaction; 0: all of them are one")
        .parse(argc, argv);
    stop_on_signals();
    samples_load load(job);
    event_loop loop;
    const async_sessions sessions = loop.run(connect_all(1));
    load.start(as_blocking(sessions));
    loop.run(load_all(job, load, *sessions.front()));
    print_coroutine_frames();
    return load.finish(as_blocking(sessions));
} catch (...) {
    return failed("load_pipeline");
}
