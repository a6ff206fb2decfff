// A file descriptor that closes itself, a file without a name, and waiting for
// descriptors.
#pragma once

#include "common/check.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <optional>
#include <string>
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
    void close_checked(const std::string& what) {
        check(::close(std::exchange(fd_, -1)), what);
    }

  private:
    int fd_;
};

// In $TMPDIR or /tmp, without a name: gone when the last process has closed it.
inline descriptor temporary_file() {
    const auto place = std::filesystem::temp_directory_path();
    int fd = ::open(place.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (fd == -1) { // some file systems cannot do that: a name for a moment
        std::string name = place / "many-hands.XXXXXX";
        fd = check(::mkostemp(name.data(), O_CLOEXEC), name);
        check(::unlink(name.c_str()), name);
    }
    return descriptor(fd);
}

// Two ends of one connection: what is sent into the one comes out of the other.
// Streams; for messages see socketpair(2).
inline std::pair<descriptor, descriptor> socket_pair() {
    int ends[2];
    check(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends),
          "socketpair");
    return {descriptor(ends[0]), descriptor(ends[1])};
}

// Waits until one of `ends` is ready, as poll(2) then says in its `revents`, or
// `timeout` is over: then it returns false. Throws stopped_by_signal, whenever
// the signal came (see stop_on_signals).
inline bool wait_for(std::vector<pollfd>& ends,
                     std::optional<std::chrono::milliseconds> timeout = {}) {
    using std::chrono::milliseconds;
    using clock = std::chrono::steady_clock;
    const auto start = clock::now();
    if (timeout) // or what is subtracted from it could be too much
        timeout = std::max(*timeout, milliseconds(0));
    ends.push_back({stop_event, POLLIN, 0}); // poll() passes over a -1
    int ready = -1;
    while (ready == -1) {
        int left = -1; // for ever
        if (timeout) {
            const auto passed =
                std::chrono::duration_cast<milliseconds>(clock::now() - start);
            left = static_cast<int>(
                std::clamp<std::int64_t>((*timeout - passed).count(), 0,
                                         std::numeric_limits<int>::max()));
        }
        ready = ::poll(ends.data(), ends.size(), left);
        if (ready == -1 && errno != EINTR)
            throw_errno("poll");
    }
    ends.pop_back();
    throw_if_stopped();
    return ready > 0;
}
