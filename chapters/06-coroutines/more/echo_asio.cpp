// echo_asio: echo_coroutines on Asio.
//
//     build/bin/echo_asio --connections 1000
#include "05-io-bound/echo_load.hpp"

#include <asio/awaitable.hpp>
#include <asio/buffer.hpp>
#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/use_awaitable.hpp>
#include <asio/write.hpp>

using asio::use_awaitable;
using asio::ip::tcp;

static asio::awaitable<void> echo(tcp::socket client) try {
    std::array<char, 4096> bytes;
    for (;;) {
        const std::size_t size =
            co_await client.async_read_some(asio::buffer(bytes), use_awaitable);
        co_await asio::async_write(client, asio::buffer(bytes, size),
                                   use_awaitable);
    }
} catch (const std::system_error&) { // here the end is an error, too
}

static asio::awaitable<void> accept_all(tcp::acceptor& listening) {
    for (;;)
        asio::co_spawn(listening.get_executor(),
                       echo(co_await listening.async_accept(use_awaitable)),
                       asio::detached);
}

[[noreturn]] static void serve(int listening) {
    asio::io_context loop(1); // for one thread
    tcp::acceptor acceptor(loop, tcp::v4(), check(::dup(listening), "dup"));
    asio::co_spawn(loop, accept_all(acceptor), asio::detached);
    loop.run();
    throw std::logic_error("the server has ended");
}

int main(int argc, char** argv) try {
    return run_echo("echo_asio", "Serves each connection by Asio's coroutines.",
                    argc, argv, serve);
} catch (...) {
    return failed("echo_asio");
}
