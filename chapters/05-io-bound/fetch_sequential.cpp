// fetch_sequential: one URL after the other, from a slow server on this
// machine: all the waiting adds up.
//
//     build/bin/fetch_sequential --requests 10 --delay-ms 100
#include "fetches.hpp"

int main(int argc, char** argv) try {
    fetch_job job;
    fetch_options("fetch_sequential", "Fetches one URL after the other.", job)
        .parse(argc, argv);
    fmt::print("{} requests of {} ms each, workers: 1\n", job.requests,
               job.delay_ms);
    stop_on_signals();
    slow_server server;
    const stopwatch clock;
    fetched all;
    for (std::int64_t i = 0; i < job.requests; ++i) {
        throw_if_stopped();
        all.fetch(server.port(), url_path(job, i));
    }
    return finish_fetches(job, all, server, clock.seconds());
} catch (...) {
    return failed("fetch_sequential");
}
