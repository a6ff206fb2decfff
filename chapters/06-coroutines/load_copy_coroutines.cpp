// load_copy_coroutines: COPY by tasks: each sends a part of the rows on a
// connection of its own, in one transaction.
//
//     tools/with_postgres.sh build/bin/load_copy_coroutines --connections 2
#include "async_load.hpp"

//> load
static task<void> copy_all(const load_job& job, samples_load& load,
                           const async_sessions& sessions) {
    const sample_source source(static_cast<std::uint64_t>(job.seed));
    auto body = [&](task_group& group) -> task<void> {
        for (std::int64_t i = 0; i < job.workers; ++i)
            group.spawn(async_copy_rows(*sessions[std::size_t(i)], source,
                                        job.rows * i / job.workers,
                                        job.rows * (i + 1) / job.workers, load),
                        "copies rows");
        co_return;
    };
    co_await in_group_or_first_error(body);
}
//< load

int main(int argc, char** argv) try {
    load_job job;
    job.workers = 1;
    load_options("load_copy_coroutines", "Loads samples by COPY, in tasks.",
                 job)
        .number("connections", job.workers, 1, 10'000, "and tasks")
        .parse(argc, argv);
    stop_on_signals();
    allow_descriptors(job.workers + 50);
    samples_load load(job);
    event_loop loop;
    const async_sessions sessions = loop.run(connect_all(job.workers));
    load.start(as_blocking(sessions));
    loop.run(copy_all(job, load, sessions));
    print_coroutine_frames();
    return load.finish(as_blocking(sessions));
} catch (...) {
    return failed("load_copy_coroutines");
}
