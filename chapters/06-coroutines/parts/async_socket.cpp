#include "../async_socket.hpp"

#include "05-io-bound/loopback.hpp"

#include <sys/socket.h>

#include <stdexcept>

//> receive
task<std::size_t> async_receive(const descriptor& from, std::span<char> room) {
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

task<void> async_send_all(const descriptor& to, std::string_view text) {
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

bool is_clients_error(int error) {
    for (const int one :
         {ECONNABORTED, ENETDOWN, EPROTO, ENOPROTOOPT, EHOSTDOWN, ENONET,
          EHOSTUNREACH, EOPNOTSUPP, ENETUNREACH})
        if (error == one)
            return true;
    return false;
}

task<descriptor> async_accept(const descriptor& listening) {
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
task<descriptor> async_connect_to(std::uint16_t port) {
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
