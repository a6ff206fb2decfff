// fetch_coroutines: a task for each URL, which waits for its socket itself: one
// thread, however many are on their way.
//
//     build/bin/fetch_coroutines --requests 1000 --at-a-time 200
#include "05-io-bound/fetches.hpp"

#include "async_semaphore.hpp"
#include "async_socket.hpp"
#include "frames.hpp"
#include "within.hpp"

struct limits {
    std::int64_t at_a_time = 200, ms = 60'000; // for each URL
};
static std::int64_t late = 0;

//> get
static task<http_answer> get(std::uint16_t port, const std::string& path) {
    const descriptor server = co_await async_connect_to(port);
    co_await async_send_all(server, request_for(path));
    std::string text;
    std::array<char, 4096> bytes;
    while (const std::size_t size = co_await async_receive(server, bytes))
        text.append(bytes.data(), size);
    co_return answer_in(text, path);
}
//< get

//> fetch
static task<void> fetch(async_semaphore::permit, std::uint16_t port,
                        std::string path, std::int64_t limit_ms,
                        fetched& all) try {
    const std::chrono::milliseconds limit(limit_ms);
    all.count(co_await within(limit, get(port, path)), path);
} catch (const timed_out&) { // the socket is closed by now
    ++late;
} catch (const std::exception&) {
    all.count_failure();
}

static task<void> fetch_all(const fetch_job& job, const limits& limit,
                            std::uint16_t port, fetched& all) {
    async_semaphore permits(limit.at_a_time);
    auto body = [&](task_group& group) -> task<void> {
        for (std::int64_t i = 0; i < job.requests; ++i)
            group.spawn(fetch(co_await permits.acquire(), port,
                              url_path(job, i), limit.ms, all));
    };
    co_await in_group(body);
}
//< fetch

int main(int argc, char** argv) try {
    fetch_job job;
    limits limit;
    fetch_options("fetch_coroutines", "Fetches in one thread.", job)
        .number("at-a-time", limit.at_a_time, 1, 10'000, "URLs on their way")
        .number("limit-ms", limit.ms, 1, 60'000, "for each of them")
        .parse(argc, argv);
    fmt::print("{} requests of {} ms each, {} at a time\n", job.requests,
               job.delay_ms, limit.at_a_time);
    stop_on_signals();
    allow_descriptors(limit.at_a_time + 50);
    slow_server server;
    fetched all;
    const stopwatch clock;
    event_loop().run(fetch_all(job, limit, server.port(), all));
    const double seconds = clock.seconds();
    fmt::print("late: {}\n", late);
    print_coroutine_frames();
    return finish_fetches(job, all, server, seconds, late);
} catch (...) {
    return failed("fetch_coroutines");
}
