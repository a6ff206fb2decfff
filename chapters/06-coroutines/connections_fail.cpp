// connections_fail: what a task gets to see of a server that is not there, does
// not answer, hangs up, or breaks off. All is over in time, and no descriptor
// is left open.
//
//     build/bin/connections_fail
#include "05-io-bound/loopback.hpp"
#include "async_socket.hpp"
#include "common/cli.hpp"
#include "common/stopwatch.hpp"
#include "frames.hpp"
#include "within.hpp"

#include <fcntl.h>
#include <sys/socket.h>

#include <filesystem>

static std::int64_t limit_ms = 200;

//> ask
static task<std::string> ask(std::uint16_t port) {
    const descriptor server = co_await async_connect_to(port);
    co_await async_send_all(server, "anybody there?");
    std::array<char, 100> bytes;
    const std::size_t size = co_await async_receive(server, bytes);
    co_return size == 0 ? "it has hung up" : std::string(bytes.data(), size);
}

// What comes of it, in words.
static task<std::string> try_to_ask(std::uint16_t port) try {
    co_return co_await within(std::chrono::milliseconds(limit_ms), ask(port));
} catch (const std::exception& error) {
    co_return error.what();
}
//< ask

// Accepts one, reads its question, and leaves; or breaks off, that is, has the
// kernel throw away what is under way, and tell the other side: socket(7).
static task<void> leave(const descriptor& listening, bool break_off) {
    const descriptor client = co_await async_accept(listening);
    std::array<char, 100> bytes;
    co_await async_receive(client, bytes);
    const linger now = {1, 0};
    if (break_off)
        check(
            ::setsockopt(client.get(), SOL_SOCKET, SO_LINGER, &now, sizeof now),
            "setsockopt");
}

static std::int64_t open_descriptors() {
    const std::filesystem::directory_iterator all("/proc/self/fd");
    return std::distance(begin(all), end(all));
}

// Has `server` serve one question; prints what came of it. 1 if that is as
// expected, and nothing is left.
static task<int> show(const char* what, const descriptor& listening,
                      task<void> (*server)(const descriptor&),
                      const std::string& expected) {
    const std::int64_t before = open_descriptors();
    const stopwatch clock;
    std::string seen;
    auto both = [&](task_group& group) -> task<void> {
        if (server != nullptr)
            group.spawn(server(listening), "server");
        seen = co_await try_to_ask(port_of(listening));
    };
    co_await in_group(both);
    fmt::print("{}: {} ({:.0f} ms)\n", what, seen, 1e3 * clock.seconds());
    const bool right = seen == expected && open_descriptors() == before;
    co_return right ? 1 : 0;
}

static task<void> show_all(int& right) {
    // A port that is taken, at which nobody listens.
    const descriptor taken = bound_to_loopback(SOCK_STREAM);
    right += co_await show("nobody listens", taken, nullptr,
                           "connect: Connection refused");
    // Now somebody does, who never accepts; and its queue is full.
    check(::listen(taken.get(), 0), "listen");
    const descriptor first = connect_to(port_of(taken));
    right += co_await show("its queue is full", taken, nullptr,
                           "no result within the limit");
    const descriptor silent = listen_on_loopback();
    right += co_await show("it never answers", silent, nullptr,
                           "no result within the limit");
    const descriptor listening = listen_on_loopback();
    check(::fcntl(listening.get(), F_SETFL, O_NONBLOCK), "fcntl");
    right += co_await show(
        "it hangs up", listening,
        [](const descriptor& at) { return leave(at, false); },
        "it has hung up");
    right += co_await show(
        "it breaks off", listening,
        [](const descriptor& at) { return leave(at, true); },
        "recv: Connection reset by peer");
}

int main(int argc, char** argv) try {
    cli("connections_fail", "Asks servers that are none.")
        .number("limit-ms", limit_ms, 1, 60'000, "for each of them")
        .parse(argc, argv);
    fmt::print("five servers, a limit of {} ms\n", limit_ms);
    stop_on_signals();
    int right = 0;
    event_loop().run(show_all(right));
    print_coroutine_frames();
    return finish(right, 5);
} catch (...) {
    return failed("connections_fail");
}
