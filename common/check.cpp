#include "common/check.hpp"

#include <sys/eventfd.h>

#include <sstream>

[[noreturn]] void throw_errno(std::string_view what) {
    throw std::system_error(errno, std::generic_category(), std::string(what));
}

void stop_on_signals() {
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

int failed(const char* program) {
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

void print_last(const std::string& line) {
    fmt::print("{}\n", line);
    if (std::fflush(stdout) != 0)
        throw_errno("standard output");
}
