// fetch_asio: fetch_coroutines on Asio. Its limit is the operator ||: the first
// of the two that ends cancels the other.
//
//     build/bin/fetch_asio --requests 1000
#include "05-io-bound/echo_load.hpp"
#include "05-io-bound/fetches.hpp"

#include <asio/awaitable.hpp>
#include <asio/buffer.hpp>
#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/experimental/awaitable_operators.hpp>
#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/read.hpp>
#include <asio/steady_timer.hpp>
#include <asio/use_awaitable.hpp>
#include <asio/write.hpp>

using namespace asio::experimental::awaitable_operators;
using asio::use_awaitable;
using asio::ip::tcp;

struct asio_fetches {
    fetch_job job;
    std::int64_t at_a_time = 200, limit_ms = 60'000, next = 0, late = 0;
    std::uint16_t port = 0;
    fetched all;
};

static asio::awaitable<http_answer> get(std::uint16_t port, std::string path) {
    tcp::socket server(co_await asio::this_coro::executor);
    const tcp::endpoint there(asio::ip::address_v4::loopback(), port);
    co_await server.async_connect(there, use_awaitable);
    const std::string request = request_for(path);
    co_await asio::async_write(server, asio::buffer(request), use_awaitable);
    std::string text;
    try {
        co_await asio::async_read(server, asio::dynamic_buffer(text),
                                  use_awaitable);
    } catch (const std::system_error& error) {
        if (error.code() != asio::error::eof)
            throw;
    }
    co_return answer_in(text, path);
}

// Whatever goes wrong, but for being cancelled, ends it as a success: || waits
// for one, and with a URL that fails at once it would wait for the limit.
static asio::awaitable<void> fetch(asio_fetches& state, std::string path) try {
    state.all.count(co_await get(state.port, path), path);
} catch (const std::system_error& error) {
    if (error.code() == asio::error::operation_aborted)
        throw;
    state.all.count_failure();
} catch (const std::exception&) {
    state.all.count_failure();
}

// So many of these run side by side, and each takes the next URL.
static asio::awaitable<void> fetch_some(asio_fetches& state) {
    asio::steady_timer limit(co_await asio::this_coro::executor);
    while (state.next < state.job.requests) {
        const std::string path = url_path(state.job, state.next++);
        limit.expires_after(std::chrono::milliseconds(state.limit_ms));
        const auto first =
            co_await (fetch(state, path) || limit.async_wait(use_awaitable));
        if (first.index() == 1)
            ++state.late;
    }
}

int main(int argc, char** argv) try {
    asio_fetches state;
    fetch_options("fetch_asio", "Fetches in one thread, by Asio.", state.job)
        .number("at-a-time", state.at_a_time, 1, 10'000, "URLs on their way")
        .number("limit-ms", state.limit_ms, 1, 60'000, "for each of them")
        .parse(argc, argv);
    fmt::print("{} requests of {} ms each, {} at a time\n", state.job.requests,
               state.job.delay_ms, state.at_a_time);
    stop_on_signals();
    allow_descriptors(state.at_a_time + 50);
    slow_server server;
    state.port = server.port();
    const stopwatch clock;
    asio::io_context loop(1); // for one thread
    for (std::int64_t i = 0; i < state.at_a_time; ++i)
        asio::co_spawn(loop, fetch_some(state), asio::detached);
    while (loop.run_for(std::chrono::milliseconds(100)), !loop.stopped())
        throw_if_stopped();
    const double seconds = clock.seconds();
    fmt::print("late: {}\n", state.late);
    return finish_fetches(state.job, state.all, server, seconds, state.late);
} catch (...) {
    return failed("fetch_asio");
}
