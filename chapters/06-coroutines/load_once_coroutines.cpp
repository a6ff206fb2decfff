// load_once_coroutines: load_once with tasks: COPY, and the ledger. Kill it,
// cut its connections, restart the server: each row is there exactly once.
//
//     tools/with_postgres.sh build/bin/load_once_coroutines --rows 100000
#include "async_ledger.hpp"

struct once_job : load_job {
    std::int64_t batch = 1000;
    std::string import = "samples", start = "resume";
};
static constexpr std::chrono::seconds limit(30); // for a server that has gone

//> batches
// Takes the next batch that no other task has, until none is left.
static task<void> load_batches(const once_job& job, samples_load& load,
                               async_ledger& done, std::int64_t& next,
                               std::int64_t& inserted) {
    const sample_source source(static_cast<std::uint64_t>(job.seed));
    async_ledger::session db;
    for (std::int64_t first; (first = next) < job.rows;) {
        next += job.batch;
        const std::int64_t end = std::min(next, job.rows);
        auto copy = [&]() -> task<void> {
            return async_copy_rows(*db, source, first, end, load);
        };
        if (co_await done.once(db, first / job.batch, copy, limit))
            inserted += end - first;
    }
}

static task<std::int64_t> load_all(const once_job& job, samples_load& load,
                                   async_ledger& done) {
    async_ledger::session db;
    auto empty = [&]() -> task<void> {
        co_await db->async_run(fmt::format("TRUNCATE {}", samples_table));
        co_await done.forget_all_but(*db, -1);
    };
    co_await done.once(db, -1, empty, limit); // the first batch
    std::int64_t next = 0, inserted = 0;
    auto body = [&](task_group& group) -> task<void> {
        for (std::int64_t i = 0; i < job.workers; ++i)
            group.spawn(load_batches(job, load, done, next, inserted),
                        "loads batches");
        co_return;
    };
    co_await in_group_or_first_error(body);
    co_return inserted;
}
//< batches

int main(int argc, char** argv) try {
    once_job job;
    load_options("load_once_coroutines", "Loads samples, exactly once.", job)
        .number("workers", job.workers, 1, 1024, "tasks and connections")
        .number("batch", job.batch, 1, 1'000'000'000, "rows per transaction")
        .text("import", job.import, "its name in the ledger")
        .choice("start", job.start, {"resume", "anew"},
                "go on with this import, or empty the table")
        .parse(argc, argv);
    stop_on_signals();
    samples_load load(job, job.start == "resume");
    create_ledger(load.session());
    async_ledger done(fmt::format("{}: seed {}, {} rows by {}", job.import,
                                  job.seed, job.rows, job.batch));
    load.start();
    const std::int64_t inserted = event_loop().run(load_all(job, load, done));
    fmt::print("inserted: {}\nretries: {}\n", inserted, done.retries());
    print_coroutine_frames();
    return load.finish({}, inserted);
} catch (...) {
    return failed("load_once_coroutines");
}
