// fetch_executor: what the PyCon talk shows as asyncio: a task for each URL,
// which leaves the call that blocks to a pool of threads.
//
//     build/bin/fetch_executor --requests 3 --delay-ms 200
#include "05-io-bound/fetches.hpp"

#include "frames.hpp"
#include "in_pool.hpp"
#include "task_group.hpp"

//> fetch
static task<void> fetch(thread_pool& pool, std::uint16_t port, std::string path,
                        fetched& all) {
    co_await in_pool(pool, [&] { all.fetch(port, path); });
}

static task<void> fetch_all(const fetch_job& job, thread_pool& pool,
                            std::uint16_t port, fetched& all) {
    auto body = [&](task_group& group) -> task<void> {
        for (std::int64_t i = 0; i < job.requests; ++i)
            group.spawn(fetch(pool, port, url_path(job, i), all));
        co_return;
    };
    co_await in_group(body);
}
//< fetch

int main(int argc, char** argv) try {
    fetch_job job{.requests = 3};
    // As many as Python's executor has, unless it is told otherwise.
    std::int64_t workers = std::min<std::int64_t>(default_workers() + 4, 32);
    fetch_options("fetch_executor", "Fetches in a pool, for tasks.", job)
        .number("workers", workers, 1, 1024, "threads of the pool")
        .parse(argc, argv);
    fmt::print("{} requests of {} ms each, workers: {}\n", job.requests,
               job.delay_ms, workers);
    stop_on_signals();
    slow_server server; // first: no fork once there are threads
    thread_pool pool(workers);
    fetched all;
    const stopwatch clock;
    event_loop().run(fetch_all(job, pool, server.port(), all));
    const double seconds = clock.seconds();
    print_coroutine_frames();
    return finish_fetches(job, all, server, seconds);
} catch (...) {
    return failed("fetch_executor");
}
