// Calls on sockets that wait: in a task, and so without keeping the thread.
//
//     const descriptor server = co_await async_connect_to(port);
//     co_await async_send_all(server, "hello");
//     const std::size_t size = co_await async_receive(server, bytes);
//
// Each tries at once, and waits for the loop only if it would have to. All
// throw std::system_error where the call itself says no, and `cancelled` if the
// task is cancelled, even if it need not wait: so a limit also holds against
// who sends without end. Nothing is received then, but a part of a text may
// have been sent.
//
// Source: socket(7), connect(2), accept(2).
#pragma once

#include "event_loop.hpp"

#include "05-io-bound/loopback.hpp"

#include <span>
#include <stdexcept>
#include <string_view>

// Before each call that may not have to wait. Every 64th time it is a wait all
// the same: or a task whose socket is always ready would keep the others from
// their turn.
class [[nodiscard]] socket_turn : public event_loop::timer {
  public:
    [[nodiscard]] socket_turn() : timer(event_loop::clock::time_point::min()) {}
    bool await_ready() const {
        return ++calls_ % 64 != 0 && !ready_frames->current->cancel_requested;
    }

  private:
    static inline constinit thread_local unsigned calls_ = 0;
};

//> receive
// What has come by now, at most as much as there is room for; 0: the other side
// has hung up. Throws std::invalid_argument for no room.
inline task<std::size_t> async_receive(const descriptor& from,
                                       std::span<char> room) {
    if (room.empty())
        throw std::invalid_argument("async_receive: no room");
    for (;;) {
        co_await socket_turn();
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
        co_await socket_turn();
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

// Has it to do with this one client only? Then the next one can be accepted.
// Source: accept(2), "Error handling".
inline bool is_clients_error(int error) {
    for (const int one :
         {ECONNABORTED, ENETDOWN, EPROTO, ENOPROTOOPT, EHOSTDOWN, ENONET,
          EHOSTUNREACH, EOPNOTSUPP, ENETUNREACH})
        if (error == one)
            return true;
    return false;
}

// The next client. `listening` must not block (O_NONBLOCK), for of two who
// accept from it one may find that the other was faster.
inline task<descriptor> async_accept(const descriptor& listening) {
    for (;;) {
        co_await socket_turn();
        descriptor client(
            ::accept4(listening.get(), nullptr, nullptr, SOCK_CLOEXEC));
        if (client.get() != -1) {
            send_at_once(client);
            co_return client;
        }
        if (errno == EAGAIN)
            co_await readable(listening.get());
        else if (!is_clients_error(errno))
            throw_errno("accept");
    }
}

//> connect
// The socket is closed if this fails, or is cancelled.
inline task<descriptor> async_connect_to(std::uint16_t port) {
    co_await socket_turn();
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
    send_at_once(client);
    co_return client;
}
//< connect
