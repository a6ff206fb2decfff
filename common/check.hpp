// How a program of this book ends:
//
//     0  done
//     1  the run failed (disk full, server gone)
//     2  bad usage (see cli.hpp)
//     3  something needed is missing (a server, a tool)
//     4  it ran, but the result is wrong
//
// Errors are exceptions; main is a function-try-block whose only handler is
// `catch (...) { return failed("name"); }`. A signal that was caught by
// stop_on_signals() ends the program by that same signal, after clean-up.
#pragma once

#include <fmt/core.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <exception>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>

// Something that the program needs is not there; the text says how to get it.
struct missing : std::runtime_error {
    using std::runtime_error::runtime_error;
};

// It ran, but what came out is wrong.
struct wrong_result : std::runtime_error {
    using std::runtime_error::runtime_error;
};

// Throws errno as an exception that says what could not be done.
[[noreturn]] void throw_errno(std::string_view what);

// For system calls that return -1 on error: check(close(fd), "close").
template<class Number>
Number check(Number returned, std::string_view what) {
    if (returned == -1)
        throw_errno(what);
    return returned;
}

// The signal that came, or 0. Lock-free atomics are what a signal handler may
// use and other threads may read.
inline std::atomic<int> stop_signal = 0;
// Readable from that moment on, for poll(): a wait that looks at it, too, ends
// in whichever thread it is and whenever the signal comes. -1: nobody has
// called stop_on_signals().
inline std::atomic<int> stop_event = -1;
static_assert(std::atomic<int>::is_always_lock_free);

struct stopped_by_signal : std::exception {
    const char* what() const noexcept override { return "stopped by a signal"; }
};

// After this call SIGINT, SIGTERM and SIGHUP, unless ignored, only set a flag:
// for programs that leave something behind (files, workers) if they just die.
// Such a program calls throw_if_stopped() often enough to feel prompt, and
// waits by wait_for() of descriptor.hpp.
void stop_on_signals();

inline void throw_if_stopped() {
    if (stop_signal != 0)
        throw stopped_by_signal{};
}

// Ends a catch (...) in main: says what went wrong, in one line on stderr,
// and gives the exit status for it.
int failed(const char* program);

// Prints the last line, and checks that all output has reached its
// destination: a full disk is not a success.
void print_last(const std::string& line);

// A program's last line, and its exit status: 0 or 4.
template<class Result>
int finish(const Result& result, const Result& expected) {
    print_last(fmt::format("result: {} (expected {})", result, expected));
    return result == expected ? 0 : 4;
}

// The same for a program that is broken on purpose: it has done what it was
// made for, whatever came out.
template<class Result>
int finish_broken(const Result& result, const Result& expected) {
    print_last(fmt::format("result: {} (expected {}, broken on purpose)",
                           result, expected));
    return 0;
}
