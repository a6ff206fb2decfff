#include "../process.hpp"

#include "common/check.hpp"

#include <fmt/core.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>
#include <utility>

// What is ignored stays ignored, but not the end of children.
static void die_by_signals_again() {
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

// What the parent has arranged for itself is not for the child.
static void prepare(int end_signal) {
    die_by_signals_again();
    std::signal(end_signal, SIG_DFL); // even if it was ignored
    sigset_t none;
    ::sigemptyset(&none);
    check(::sigprocmask(SIG_SETMASK, &none, nullptr), "sigprocmask");
    for (const int fd : parents_own)
        ::close(fd);
    parents_own.clear(); // the numbers will be used again
}

// The child's life. noexcept: it must never get out into its parent's
// code, which is on its stack as well.
[[noreturn]] static void live(const std::function<int()>& body, pid_t parent,
                              int end_signal) noexcept {
    int code = 1;
    try {
        prepare(end_signal);
        //> orphan
        // The kernel ends us when the thread that forked does. Its process
        // may have died before: then we are somebody else's child by now.
        check(::prctl(PR_SET_PDEATHSIG, end_signal), "prctl");
        if (::getppid() == parent)
            code = body();
        //< orphan
    } catch (const stopped_by_signal&) {
        const int signal = stop_signal;
        std::signal(signal, SIG_DFL);
        std::raise(signal); // so that the parent knows
    } catch (const std::exception& error) {
        std::fprintf(stderr, "a child process: %s\n", error.what());
    } catch (...) {
        std::fprintf(stderr, "a child process: unknown error\n");
    }
    if (std::fflush(nullptr) != 0 && code == 0)
        code = 1;
    ::_exit(code); // not exit(), which would destroy the parent's objects
}

process::process(const std::function<int()>& body, int end_signal)
    : end_signal_(end_signal) {
    // What may throw comes before the fork.
    parents_own.reserve(parents_own.size() + 1);
    std::fflush(nullptr); // or the child had a copy of what is buffered
    const pid_t parent = ::getpid();
    // No signal now: the child would take it by its parent's handlers.
    sigset_t all, before;
    ::sigfillset(&all);
    check(::sigprocmask(SIG_SETMASK, &all, &before), "sigprocmask");
    pid_ = ::fork();
    if (pid_ == 0)
        live(body, parent, end_signal);
    const int error = errno;
    check(::sigprocmask(SIG_SETMASK, &before, nullptr), "sigprocmask");
    if (pid_ == -1)
        throw std::system_error(error, std::generic_category(), "fork");
    open_descriptor();
}

// The number could name another process after this one's end; the
// descriptor never can.
void process::open_descriptor() {
    pidfd_ = descriptor(static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0)));
    if (pidfd_.get() != -1) {
        parents_own.push_back(pidfd_.get());
        return;
    }
    const int error = errno;
    if (error == ESRCH)
        return; // gone already, where SIGCHLD is ignored
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    throw std::system_error(error, std::generic_category(), "pidfd_open");
}

void process::send(int signal) {
    if (!ended()) // the call fails if it has just died by itself: fine
        ::syscall(SYS_pidfd_send_signal, pidfd_.get(), signal, nullptr, 0);
}

bool process::join(std::optional<std::chrono::milliseconds> timeout) {
    pollfd end = {pidfd_.get(), POLLIN, 0};
    if (!ended() && ::poll(&end, 1, 0) == 1)
        reap(); // before a signal has its say
    std::vector<pollfd> ends = {{pidfd_.get(), POLLIN, 0}};
    if (!ended() && wait_for(ends, timeout))
        reap();
    return ended();
}

void process::end() {
    send(end_signal_);
    send(SIGCONT); // one that stands still could not end
    if (!ended())
        reap();
}

// Takes the status of the dead child, so that no zombie stays.
void process::reap() {
    siginfo_t info = {};
    const auto by_descriptor = static_cast<idtype_t>(3); // P_PIDFD
    int returned = 0;
    do {
        returned = ::waitid(by_descriptor, static_cast<id_t>(pidfd_.get()),
                            &info, WEXITED);
    } while (returned == -1 && errno == EINTR);
    if (returned == 0)
        code_ = info.si_code == CLD_EXITED ? info.si_status : -info.si_status;
    std::erase(parents_own, pidfd_.get());
    pidfd_.close();
}

std::string process::how_it_ended() const {
    if (!code_)
        return "ended; how, is not known where SIGCHLD is ignored";
    if (*code_ >= 0)
        return fmt::format("exit code {}", *code_);
    const char* name = ::sigabbrev_np(-*code_);
    return name != nullptr ? fmt::format("killed by SIG{}", name)
                           : fmt::format("killed by signal {}", -*code_);
}
