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

// sig_atomic_t, because a signal handler may write nothing else portably.
inline volatile std::sig_atomic_t stop_signal = 0;

struct stopped_by_signal : std::exception {
    const char* what() const noexcept override { return "stopped by a signal"; }
};

// After this call SIGINT, SIGTERM and SIGHUP only set a flag, for programs
// that leave something behind (files, workers) if they just die. Such a
// program calls throw_if_stopped() often enough to feel prompt. System calls
// that block return EINTR (no SA_RESTART), so that waiting ends too.
inline void stop_on_signals() {
    struct sigaction action = {};
    action.sa_handler = [](int signal) { stop_signal = signal; };
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
        struct sigaction before = {};
        check(sigaction(signal, nullptr, &before), "sigaction");
        if (before.sa_handler != SIG_IGN) // nohup means it
            check(sigaction(signal, &action, nullptr), "sigaction");
    }
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
        fmt::print(stderr, "{}\n", line);
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
