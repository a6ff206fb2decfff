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

#include <sys/eventfd.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <sstream>
#include <stdexcept>
#include <string>
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
[[noreturn]] inline void throw_errno(const std::string& what) {
    throw std::system_error(errno, std::generic_category(), what);
}

// For system calls that return -1 on error: check(close(fd), "close").
template<class Number>
Number check(Number returned, const std::string& what) {
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

// After this call SIGINT, SIGTERM and SIGHUP only set a flag, for programs
// that leave something behind (files, workers) if they just die. Such a
// program calls throw_if_stopped() often enough to feel prompt, and waits by
// wait_for() of descriptor.hpp.
inline void stop_on_signals() {
    if (stop_event == -1)
        stop_event = check(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), "eventfd");
    struct sigaction action = {};
    action.sa_handler = [](int signal) {
        const int error = errno; // of what is interrupted
        stop_signal = signal;
        ::eventfd_write(stop_event, 1);
        errno = error;
    };
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
        struct sigaction before = {};
        check(sigaction(signal, nullptr, &before), "sigaction");
        if (before.sa_handler != SIG_IGN) // nohup means it
            check(sigaction(signal, &action, nullptr), "sigaction");
    }
}

// In a child of fork(): what its parent has arranged is not for it. What is
// ignored stays ignored, but not the end of children.
inline void die_by_signals_again() {
    for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGCHLD}) {
        struct sigaction now = {};
        check(sigaction(signal, nullptr, &now), "sigaction");
        if (now.sa_handler != SIG_IGN || signal == SIGCHLD)
            std::signal(signal, SIG_DFL);
    }
    stop_signal = 0;
    if (const int event = stop_event.exchange(-1); event != -1)
        ::close(event);
}

inline void throw_if_stopped() {
    if (stop_signal != 0)
        throw stopped_by_signal{};
}

// Ends a catch (...) in main: says what went wrong, in one line on stderr,
// and gives the exit status for it.
inline int failed(const char* program) {
    const auto say = [program](const std::string& text) {
        std::istringstream words(text); // texts of libpq have several lines
        std::string line = program + std::string(":");
        for (std::string word; words >> word;)
            line += " " + word;
        std::fputs((line + "\n").c_str(), stderr); // there may be no stderr
    };
    try {
        throw;
    } catch (const stopped_by_signal&) {
        // Everything is cleaned up by now: die as if we had not caught it,
        // so that the shell knows.
        const int signal = stop_signal; // another one may come
        std::signal(signal, SIG_DFL);
        std::raise(signal);
    } catch (const missing& error) {
        say(error.what());
        return 3;
    } catch (const wrong_result& error) {
        say(error.what());
        return 4;
    } catch (const std::exception& error) {
        say(error.what());
    } catch (...) {
        say("unknown error");
    }
    return 1;
}

// Prints the last line, and checks that all output has reached its
// destination: a full disk is not a success.
inline void print_last(const std::string& line) {
    fmt::print("{}\n", line);
    if (std::fflush(stdout) != 0)
        throw_errno("standard output");
}

// The last line of every program, and its exit status: 0 or 4.
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
