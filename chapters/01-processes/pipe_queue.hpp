// A queue between processes, made of one pipe. Whoever has it by fork may put
// and get; the kernel does the locking.
//
//     pipe_queue<int> numbers;            // before fork
//     numbers.put(7);                     // in any process
//     numbers.get();                      // in any process: 7
#pragma once

#include "common/check.hpp"
#include "common/descriptor.hpp"
#include "wire.hpp"

#include <fcntl.h>

#include <climits>
#include <optional>

// Flat and no longer than PIPE_BUF (4096 bytes), for a reason. Up to that
// length a write is whole or not at all, whoever else is writing: POSIX says
// so. Then the pipe holds whole messages only, so a read of this length takes
// exactly one, whoever else is reading.
template<flat T>
requires(sizeof(T) <= PIPE_BUF) class pipe_queue {
  public:
    pipe_queue() {
        int ends[2];
        check(::pipe2(ends, O_CLOEXEC), "pipe");
        out_ = descriptor(ends[0]);
        in_ = descriptor(ends[1]);
    }

    // Waits while the pipe is full. It holds 64 KiB.
    void put(const T& message) {
        while (::write(in_.get(), &message, sizeof message) == -1)
            interrupted("write");
    }

    // Waits while it is empty. Empty result: all who could put have closed
    // it or ended.
    std::optional<T> get() {
        T message{};
        ssize_t got = 0;
        while ((got = ::read(out_.get(), &message, sizeof message)) == -1)
            interrupted("read");
        return got == sizeof message ? std::optional(message) : std::nullopt;
    }

    // This process puts no more.
    void close() { in_.close(); }

    int read_end() const { return out_.get(); }
    int write_end() const { return in_.get(); }

  private:
    static void interrupted(const char* what) {
        if (errno != EINTR)
            throw_errno(what);
        throw_if_stopped();
    }
    descriptor out_, in_;
};
