// Calls on sockets that wait: in a task, and so without keeping the thread.
//
//     const descriptor server = co_await async_connect_to(port);
//     co_await async_send_all(server, "hello");
//     const std::size_t size = co_await async_receive(server, bytes);
//
// Each tries at once, and waits for the loop only if it would have to. All
// throw std::system_error where the call itself says no, and `cancelled` if the
// task is cancelled while it waits; then nothing is received, but a part of a
// text may have been sent.
//
// Source: socket(7), connect(2), accept(2).
#pragma once

#include "event_loop.hpp"

#include "05-io-bound/loopback.hpp"

#include <span>
#include <string_view>

//> receive
// What has come by now, at most as much as there is room for; 0: the other side
// has hung up.
inline task<std::size_t> async_receive(const descriptor& from,
                                       std::span<char> room) {
    for (;;) {
        const ssize_t size =
            ::recv(from.get(), room.data(), room.size(), MSG_DONTWAIT);
        if (size >= 0)
            co_return static_cast<std::size_t>(size);
        if (errno != EAGAIN)
            throw_errno("recv");
        co_await readable(from.get());
    }
}
//< receive

// All of it: if the other side does not read, this waits.
inline task<void> async_send_all(const descriptor& to, std::string_view text) {
    while (!text.empty()) {
        const ssize_t sent = ::send(to.get(), text.data(), text.size(),
                                    MSG_DONTWAIT | MSG_NOSIGNAL);
        if (sent >= 0)
            text.remove_prefix(static_cast<std::size_t>(sent));
        else if (errno != EAGAIN)
            throw_errno("send");
        else
            co_await writable(to.get());
    }
}

// The next client. `listening` must not block (O_NONBLOCK), for of two who
// accept from it one may find that the other was faster.
inline task<descriptor> async_accept(const descriptor& listening) {
    for (;;) {
        descriptor client(
            ::accept4(listening.get(), nullptr, nullptr, SOCK_CLOEXEC));
        if (client.get() != -1)
            co_return client;
        if (errno == EAGAIN)
            co_await readable(listening.get());
        else if (errno != ECONNABORTED) // it has gone already
            throw_errno("accept");
    }
}

//> connect
// The socket is closed if this fails, or is cancelled.
inline task<descriptor> async_connect_to(std::uint16_t port) {
    descriptor client(
        check(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0),
              "socket"));
    const sockaddr_in address = loopback_address(port);
    if (::connect(client.get(), reinterpret_cast<const sockaddr*>(&address),
                  sizeof address)
        == -1) {
        if (errno != EINPROGRESS)
            throw_errno("connect");
        co_await writable(client.get()); // now it is decided: how?
        int error = 0;
        socklen_t size = sizeof error;
        check(::getsockopt(client.get(), SOL_SOCKET, SO_ERROR, &error, &size),
              "getsockopt");
        if (error != 0)
            throw std::system_error(error, std::generic_category(), "connect");
    }
    co_return client;
}
//< connect
