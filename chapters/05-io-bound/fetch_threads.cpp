// fetch_threads: fetch_sequential with a pool of threads. They wait side by
// side, so it does not matter that there are more of them than cores.
//
//     build/bin/fetch_threads --requests 10 --delay-ms 100 --workers 10
#include "02-threads/thread_pool.hpp"
#include "fetches.hpp"

int main(int argc, char** argv) try {
    fetch_job job;
    std::int64_t workers = 20;
    fetch_options("fetch_threads", "Fetches several URLs at a time.", job)
        .number("workers", workers, 1, 1024, "threads")
        .parse(argc, argv);
    fmt::print("{} requests of {} ms each, workers: {}\n", job.requests,
               job.delay_ms, workers);
    stop_on_signals();
    slow_server server; // first: no fork once there are threads
    thread_pool pool(workers);
    const stopwatch clock;
    fetched all;
    pool.parallel_for(job.requests, 1, [&](std::int64_t i) {
        throw_if_stopped();
        all.fetch(server.port(), url_path(job, i));
    });
    return finish_fetches(job, all, server, clock.seconds());
} catch (...) {
    return failed("fetch_threads");
}
