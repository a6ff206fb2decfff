// A child process that runs a function. None outlives its object, and none
// outlives its parent, whatever kills that (if it is ended by SIGKILL, as by
// default, and remains the user that it was).
//
//     process child([] { return 7; });
//     child.join();                       // child.exit_code() == 7
#pragma once

#include "common/descriptor.hpp"

#include <sys/types.h>

#include <chrono>
#include <csignal>
#include <functional>
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
    explicit process(const std::function<int()>& body,
                     int end_signal = SIGKILL);
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
    void send(int signal);

    bool alive() { return !join(std::chrono::milliseconds(0)); }

    // Waits for its end, for ever or for `timeout`. Has it ended? Throws
    // stopped_by_signal, see check.hpp, if it has not.
    bool join(std::optional<std::chrono::milliseconds> timeout = {});

    // Ends it, and takes its status, whatever signals come to us.
    void end();

    // What it returned, or minus the signal that ended it. Empty while it
    // runs, and if the kernel was told to forget (SIGCHLD ignored).
    std::optional<int> exit_code() {
        join(std::chrono::milliseconds(0));
        return code_;
    }

    // "exit code 3", "killed by SIGSEGV". Call after its end.
    std::string how_it_ended() const;

  private:
    void open_descriptor();
    void reap();
    bool ended() const { return pidfd_.get() == -1; }

    int end_signal_;
    pid_t pid_ = -1;
    descriptor pidfd_; // closed when its end has been seen
    std::optional<int> code_;
};
