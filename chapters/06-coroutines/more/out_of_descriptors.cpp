// out_of_descriptors: more clients than a server may have files open. Those
// that it cannot accept have to wait, and it must not try again all the time:
// see what it does with --pause-ms 0.
//
//     build/bin/out_of_descriptors
#include "06-coroutines/echo_tasks.hpp"
#include "common/cli.hpp"

#include <sys/resource.h>

static std::int64_t pause_ms = 10;

static task<void> echo(descriptor client) try {
    std::array<char, 100> bytes;
    while (const std::size_t size = co_await async_receive(client, bytes))
        co_await async_send_all(client, {bytes.data(), size});
} catch (const std::system_error&) { // it is gone: nobody else's trouble
}

//> accept
// The next client, when there is room for it. Who waits in the kernel's queue
// keeps `listening` readable, so to wait for that would not be to wait.
static task<descriptor> accept_patiently(const descriptor& listening) {
    for (;;) {
        try {
            co_return co_await async_accept(listening);
        } catch (const std::system_error& error) {
            if (error.code().value() != EMFILE
                && error.code().value() != ENFILE)
                throw;
        }
        co_await sleep_for(std::chrono::milliseconds(pause_ms));
    }
}
//< accept

static task<void> accept_all_patiently(const descriptor& listening) {
    auto body = [&](task_group& clients) -> task<void> {
        for (;;)
            clients.spawn(echo(co_await accept_patiently(listening)));
    };
    co_await in_group(body);
}

[[noreturn]] static void serve(int listening) {
    const rlimit few = {20, 20};
    check(::setrlimit(RLIMIT_NOFILE, &few), "setrlimit");
    serve_in_loop(listening, accept_all_patiently);
}

int main(int argc, char** argv) try {
    std::int64_t ms = 300;
    cli("out_of_descriptors", "Serves more clients than there is room for.")
        .number("pause-ms", pause_ms, 0, 60'000, "until it tries again")
        .number("ms", ms, 1, 60'000, "for which the last client waits")
        .parse(argc, argv);
    fmt::print("40 clients of a server that may have 20 files open; it tries "
               "again after {} ms\n",
               pause_ms);
    stop_on_signals();
    local_server server(serve);
    std::vector<descriptor> clients;
    clients.reserve(40);
    for (int i = 0; i < 40; ++i)
        clients.push_back(connect_to(server.port()));
    ask(clients.front(), 1);
    const std::int64_t number = 40;
    check(::send(clients.back().get(), &number, sizeof number, MSG_NOSIGNAL),
          "send");
    const double before = used_ms(server.pid());
    std::vector<pollfd> ends = {{clients.back().get(), POLLIN, 0}};
    const bool early = wait_for(ends, std::chrono::milliseconds(ms));
    fmt::print("cpu_percent: {:.1f}\n",
               100 * (used_ms(server.pid()) - before) / double(ms));
    clients.erase(clients.begin(), clients.end() - 1); // now there is room
    wait_for(ends);
    std::int64_t answer = 0;
    check(::recv(ends[0].fd, &answer, sizeof answer, MSG_WAITALL), "recv");
    return finish(early
                      ? "served too early"
                      : fmt::format("answered {} when others had left", answer),
                  std::string("answered 40 when others had left"));
} catch (...) {
    return failed("out_of_descriptors");
}
