// echo_coroutines: a task for each connection, all of them in one thread. The
// code is that of echo_threads, with co_await where it waits.
//
//     build/bin/echo_coroutines --connections 1000
#include "05-io-bound/echo_load.hpp"

#include "async_socket.hpp"
#include "task_group.hpp"

//> serve
static task<void> echo(descriptor client) try {
    std::array<char, 4096> bytes;
    while (const std::size_t size = co_await async_receive(client, bytes))
        co_await async_send_all(client, {bytes.data(), size});
} catch (const std::system_error&) { // it is gone: nobody else's trouble
}

static task<void> accept_all(const descriptor& listening) {
    auto body = [&](task_group& clients) -> task<void> {
        for (;;)
            clients.spawn(echo(co_await async_accept(listening)));
    };
    co_await in_group(body);
}
//< serve

[[noreturn]] static void serve(int listening) {
    check(::fcntl(listening, F_SETFL, O_NONBLOCK), "fcntl");
    event_loop().run(accept_all(descriptor(check(::dup(listening), "dup"))));
    throw std::logic_error("the server has ended");
}

int main(int argc, char** argv) try {
    return run_echo("echo_coroutines", "Serves each connection by a task.",
                    argc, argv, serve);
} catch (...) {
    return failed("echo_coroutines");
}
