// A file descriptor that closes itself, a file without a name, and waiting for
// descriptors.
#pragma once

#include "common/check.hpp"

#include <poll.h>
#include <unistd.h>

#include <chrono>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

class descriptor {
  public:
    explicit descriptor(int fd = -1) : fd_(fd) {}
    descriptor(descriptor&& other) noexcept
        : fd_(std::exchange(other.fd_, -1)) {}
    descriptor& operator=(descriptor&& other) noexcept {
        std::swap(fd_, other.fd_);
        return *this;
    }
    ~descriptor() { close(); }

    int get() const { return fd_; }
    void close() {
        if (fd_ != -1)
            ::close(std::exchange(fd_, -1));
    }
    // For files that were written: some errors come as late as this.
    void close_checked(std::string_view what) {
        check(::close(std::exchange(fd_, -1)), what);
    }

  private:
    int fd_;
};

// In $TMPDIR or /tmp, without a name: gone when the last process has closed it.
descriptor temporary_file();

// Waits until one of `ends` is ready, as poll(2) then says in its `revents`, or
// `timeout` is over: then it returns false. Throws stopped_by_signal, whenever
// the signal came (see stop_on_signals).
bool wait_for(std::vector<pollfd>& ends,
              std::optional<std::chrono::milliseconds> timeout = {});
