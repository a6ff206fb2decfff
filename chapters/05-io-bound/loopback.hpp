// TCP within this machine.
#pragma once

#include "01-processes/process.hpp"
#include "common/descriptor.hpp"

#include <netinet/in.h>
#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <functional>

// Raises this process's limit of open files, which Debian sets to 1024, as far
// as it may be raised without asking root. Throws `missing` if that is not
// enough. Children inherit it.
void allow_descriptors(std::int64_t needed);

sockaddr_in loopback_address(std::uint16_t port); // 0: one that is free

// Nobody from outside can reach it. Its port is one that was free. `type` is
// SOCK_STREAM or SOCK_DGRAM.
descriptor bound_to_loopback(int type);
descriptor listen_on_loopback();
std::uint16_t port_of(const descriptor& listening);

// Without this a second small message waits for the answer to the first.
// Source: tcp(7), TCP_NODELAY.
void send_at_once(const descriptor& socket);

descriptor connect_to(std::uint16_t port);

// A child process that runs serve(listening), which never returns, until the
// object goes.
class local_server {
  public:
    explicit local_server(const std::function<void(int)>& serve);

    std::uint16_t port() const { return port_; }
    pid_t pid() const { return child_.pid(); }

    // Throws if it has ended, or does so within `time`.
    void must_live(std::chrono::milliseconds time);

  private:
    descriptor listening_;
    const std::uint16_t port_;
    process child_;
};
