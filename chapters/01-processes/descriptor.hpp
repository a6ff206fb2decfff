// A file descriptor that closes itself, and how long to wait for some.
#pragma once

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <climits>
#include <optional>
#include <utility>

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

  private:
    int fd_;
};

// What poll() takes: -1 waits for ever, and there is no longer wait than
// INT_MAX milliseconds.
inline int poll_timeout(std::optional<std::chrono::milliseconds> timeout) {
    if (!timeout)
        return -1;
    return static_cast<int>(std::clamp<std::chrono::milliseconds::rep>(
        timeout->count(), 0, INT_MAX));
}
