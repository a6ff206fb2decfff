// A file descriptor that closes itself, a file without a name, and how long
// poll() waits.
#pragma once

#include "common/check.hpp"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <climits>
#include <filesystem>
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

// In $TMPDIR or /tmp, and gone when the last process has closed it.
inline descriptor temporary_file() {
    std::string name =
        std::filesystem::temp_directory_path() / "many-hands.XXXXXX";
    descriptor file(check(::mkstemp(name.data()), name));
    check(::unlink(name.c_str()), name);
    return file;
}

// What poll() takes: -1 waits for ever, and there is no longer wait than
// INT_MAX milliseconds.
inline int poll_timeout(std::optional<std::chrono::milliseconds> timeout) {
    if (!timeout)
        return -1;
    return static_cast<int>(std::clamp<std::chrono::milliseconds::rep>(
        timeout->count(), 0, INT_MAX));
}
