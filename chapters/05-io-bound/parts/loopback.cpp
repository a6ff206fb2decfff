#include "../loopback.hpp"

#include "common/check.hpp"

#include <arpa/inet.h>
#include <fmt/core.h>
#include <netinet/tcp.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstring>

void allow_descriptors(std::int64_t needed) {
    rlimit limit = {};
    check(::getrlimit(RLIMIT_NOFILE, &limit), "getrlimit");
    if (limit.rlim_max < static_cast<rlim_t>(needed))
        throw missing(fmt::format(
            "{} open files are needed, {} are allowed; as root, for this "
            "shell: prlimit --pid $$ --nofile={}",
            needed, limit.rlim_max, needed));
    limit.rlim_cur = std::max(limit.rlim_cur, static_cast<rlim_t>(needed));
    check(::setrlimit(RLIMIT_NOFILE, &limit), "setrlimit");
}

sockaddr_in loopback_address(std::uint16_t port) { // 0: one that is free
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

descriptor bound_to_loopback(int type) {
    descriptor bound(
        check(::socket(AF_INET, type | SOCK_CLOEXEC, 0), "socket"));
    const sockaddr_in address = loopback_address(0);
    check(::bind(bound.get(), reinterpret_cast<const sockaddr*>(&address),
                 sizeof address),
          "bind");
    return bound;
}

descriptor listen_on_loopback() {
    descriptor listening = bound_to_loopback(SOCK_STREAM);
    check(::listen(listening.get(), 1024), "listen");
    return listening;
}

std::uint16_t port_of(const descriptor& listening) {
    sockaddr_in address = {};
    socklen_t size = sizeof address;
    check(::getsockname(listening.get(), reinterpret_cast<sockaddr*>(&address),
                        &size),
          "getsockname");
    return ntohs(address.sin_port);
}

void send_at_once(const descriptor& socket) {
    const int yes = 1;
    check(
        ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes),
        "setsockopt");
}

descriptor connect_to(std::uint16_t port) {
    descriptor client(
        check(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket"));
    const sockaddr_in address = loopback_address(port);
    check(::connect(client.get(), reinterpret_cast<const sockaddr*>(&address),
                    sizeof address),
          "connect");
    send_at_once(client);
    return client;
}

local_server::local_server(const std::function<void(int)>& serve)
    : listening_(listen_on_loopback()), port_(port_of(listening_)), child_([&] {
          try {
              serve(listening_.get());
          } catch (const std::system_error& error) {
              return error.code().value(); // says why to our parent
          } catch (...) {
          }
          return 255; // no system call's error
      }) {
    // Or who connects after its end would wait for ever.
    listening_.close();
}

void local_server::must_live(std::chrono::milliseconds time) {
    if (!child_.join(time))
        return;
    const int code = child_.exit_code().value_or(1);
    throw std::runtime_error(
        fmt::format("the server gave out: {}",
                    code > 0 ? std::strerror(code) : child_.how_it_ended()));
}
