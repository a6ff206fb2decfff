// A child process that runs a function. None outlives its object, and none
// outlives its parent, whatever kills that (if it is ended by SIGKILL, as by
// default, and remains the user that it was).
//
//     process child([] { return 7; });
//     child.join();                       // child.exit_code() == 7
#pragma once

#include "common/check.hpp"
#include "common/descriptor.hpp"

#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <chrono>
#include <cstdio>
#include <cstring>
#include <optional>
#include <string>
#include <vector>

// Descriptors that only the parent should have; each child closes them.
inline std::vector<int> parents_own;

class process {
  public:
    // Forks. The child runs body() and ends with the number that this returns
    // (0 to 255), or with 1 if it throws or its output cannot be written.
    // Throws system_error if there is no process to be had. This process must
    // have one thread only: fork copies no other, but the locks they hold. And
    // that thread must outlive the child, for the kernel takes its end for the
    // parent's (prctl(2), PR_SET_PDEATHSIG).
    //
    // `end_signal` ends it when its object goes or its parent dies. SIGTERM is
    // for a body that cleans up first, by stop_on_signals(): then the
    // destructor waits until it has done so.
    template<class Body>
    explicit process(Body body, int end_signal = SIGKILL)
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
    process(process&&) noexcept = default;
    process& operator=(process&& other) noexcept { // that ends what we had
        std::swap(end_signal_, other.end_signal_);
        std::swap(pid_, other.pid_);
        std::swap(pidfd_, other.pidfd_);
        std::swap(code_, other.code_);
        return *this;
    }
    ~process() { end(); }

    pid_t pid() const { return pid_; }
    // For poll(): readable when the process has ended.
    int pidfd() const { return pidfd_.get(); }

    // Asks it to end; it may clean up first, or decline.
    void terminate() { send(SIGTERM); }
    // Ends it. It is not asked.
    void kill() { send(SIGKILL); }
    void send(int signal) {
        if (!ended()) // the call fails if it has just died by itself: fine
            ::syscall(SYS_pidfd_send_signal, pidfd_.get(), signal, nullptr, 0);
    }

    bool alive() { return !join(std::chrono::milliseconds(0)); }

    // Waits for its end, for ever or for `timeout`. Has it ended? Throws
    // stopped_by_signal, see check.hpp, if it has not.
    bool join(std::optional<std::chrono::milliseconds> timeout = {}) {
        pollfd end = {pidfd_.get(), POLLIN, 0};
        if (!ended() && ::poll(&end, 1, 0) == 1)
            reap(); // before a signal has its say
        std::vector<pollfd> ends = {{pidfd_.get(), POLLIN, 0}};
        if (!ended() && wait_for(ends, timeout))
            reap();
        return ended();
    }

    // Ends it, and takes its status, whatever signals come to us.
    void end() {
        send(end_signal_);
        send(SIGCONT); // one that stands still could not end
        if (!ended())
            reap();
    }

    // What it returned, or minus the signal that ended it. Empty while it
    // runs, and if the kernel was told to forget (SIGCHLD ignored).
    std::optional<int> exit_code() {
        join(std::chrono::milliseconds(0));
        return code_;
    }

    // "exit code 3", "killed by SIGSEGV". Call after its end.
    std::string how_it_ended() const {
        if (!code_)
            return "ended; how, is not known where SIGCHLD is ignored";
        if (*code_ >= 0)
            return fmt::format("exit code {}", *code_);
        const char* name = ::sigabbrev_np(-*code_);
        return name != nullptr ? fmt::format("killed by SIG{}", name)
                               : fmt::format("killed by signal {}", -*code_);
    }

  private:
    // The number could name another process after this one's end; the
    // descriptor never can.
    void open_descriptor() {
        pidfd_ =
            descriptor(static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0)));
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

    // The child's life. noexcept: it must never get out into its parent's
    // code, which is on its stack as well.
    template<class Body>
    [[noreturn]] static void live(Body& body, pid_t parent,
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

    // Takes the status of the dead child, so that no zombie stays.
    void reap() {
        siginfo_t info = {};
        const auto by_descriptor = static_cast<idtype_t>(3); // P_PIDFD
        int returned = 0;
        do {
            returned = ::waitid(by_descriptor, static_cast<id_t>(pidfd_.get()),
                                &info, WEXITED);
        } while (returned == -1 && errno == EINTR);
        if (returned == 0)
            code_ =
                info.si_code == CLD_EXITED ? info.si_status : -info.si_status;
        std::erase(parents_own, pidfd_.get());
        pidfd_.close();
    }

    bool ended() const { return pidfd_.get() == -1; }

    int end_signal_;
    pid_t pid_ = -1;
    descriptor pidfd_; // closed when its end has been seen
    std::optional<int> code_;
};
