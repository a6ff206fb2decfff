// A file descriptor that closes itself.
#pragma once

#include <unistd.h>

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
