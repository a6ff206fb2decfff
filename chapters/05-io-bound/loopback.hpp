// TCP within this machine.
#pragma once

#include "01-processes/process.hpp"
#include "common/check.hpp"
#include "common/descriptor.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstring>

// Raises this process's limit of open files, which Debian sets to 1024, as far
// as it may be raised without asking root. Throws `missing` if that is not
// enough. Children inherit it.
inline void allow_descriptors(std::int64_t needed) {
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

inline sockaddr_in loopback_address(std::uint16_t port) { // 0: one that is free
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

// Nobody from outside can reach it. Its port is one that was free. `type` is
// SOCK_STREAM or SOCK_DGRAM.
inline descriptor bound_to_loopback(int type) {
    descriptor bound(
        check(::socket(AF_INET, type | SOCK_CLOEXEC, 0), "socket"));
    const sockaddr_in address = loopback_address(0);
    check(::bind(bound.get(), reinterpret_cast<const sockaddr*>(&address),
                 sizeof address),
          "bind");
    return bound;
}

inline descriptor listen_on_loopback() {
    descriptor listening = bound_to_loopback(SOCK_STREAM);
    check(::listen(listening.get(), 1024), "listen");
    return listening;
}

inline std::uint16_t port_of(const descriptor& listening) {
    sockaddr_in address = {};
    socklen_t size = sizeof address;
    check(::getsockname(listening.get(), reinterpret_cast<sockaddr*>(&address),
                        &size),
          "getsockname");
    return ntohs(address.sin_port);
}

// Without this a second small message waits for the answer to the first.
// Source: tcp(7), TCP_NODELAY.
inline void send_at_once(const descriptor& socket) {
    const int yes = 1;
    check(
        ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes),
        "setsockopt");
}

inline descriptor connect_to(std::uint16_t port) {
    descriptor client(
        check(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket"));
    const sockaddr_in address = loopback_address(port);
    check(::connect(client.get(), reinterpret_cast<const sockaddr*>(&address),
                    sizeof address),
          "connect");
    send_at_once(client);
    return client;
}

// A child process that runs serve(listening), which never returns, until the
// object goes.
class local_server {
  public:
    template<class Serve>
    explicit local_server(Serve serve)
        : listening_(listen_on_loopback()), port_(port_of(listening_)),
          child_([&] {
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

    std::uint16_t port() const { return port_; }
    pid_t pid() const { return child_.pid(); }

    // Throws if it has ended, or does so within `time`.
    void must_live(std::chrono::milliseconds time) {
        if (!child_.join(time))
            return;
        const int code = child_.exit_code().value_or(1);
        throw std::runtime_error(fmt::format("the server gave out: {}",
                                             code > 0 ? std::strerror(code)
                                                      : child_.how_it_ended()));
    }

  private:
    descriptor listening_;
    const std::uint16_t port_;
    process child_;
};
