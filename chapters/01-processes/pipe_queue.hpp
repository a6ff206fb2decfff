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
#include <vector>

// Flat and no longer than PIPE_BUF (4096 bytes), for a reason. Up to that
// length no other write gets in between: POSIX says so. Linux also puts it in
// as one piece. All messages have one size, so a read of that size takes
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

    // Waits while the pipe is full. It holds 64 KiB. Throws stopped_by_signal.
    void put(const T& message) {
        until_done(in_.get(), POLLOUT, [&] {
            return ::write(in_.get(), &message, sizeof message);
        });
    }

    // Waits while it is empty. Empty result: all who could put have closed
    // it or ended. Throws stopped_by_signal.
    std::optional<T> get() {
        T message{};
        const auto got = until_done(out_.get(), POLLIN, [&] {
            return ::read(out_.get(), &message, sizeof message);
        });
        if (got == 0)
            return std::nullopt;
        if (got != sizeof message)
            throw std::runtime_error("pipe: a message that is not whole");
        return message;
    }

    // This process puts no more.
    void close() { in_.close(); }

    int read_end() const { return out_.get(); }
    int write_end() const { return in_.get(); }

  private:
    // A call that waits in the kernel could miss a signal that comes just
    // before. So a program that catches signals does not wait there, but in
    // wait_for(); nor do the others that use its pipe.
    template<class Call>
    static ssize_t until_done(int fd, short events, const Call& call) {
        if (stop_event != -1) {
            throw_if_stopped();
            check(::fcntl(fd, F_SETFL, O_NONBLOCK), "fcntl");
        }
        for (;;) {
            const ssize_t done = call();
            if (done != -1)
                return done;
            if (errno != EAGAIN && errno != EINTR)
                throw_errno("pipe");
            std::vector<pollfd> ready = {{fd, events, 0}};
            wait_for(ready);
        }
    }
    descriptor out_, in_;
};
