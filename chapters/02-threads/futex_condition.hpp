// What std::condition_variable does, made of a number and two calls of the
// kernel.
//
// Why not the one of the library? Behind it is glibc, whose versions 2.25 to
// 2.40 may lose a notify_one: bug 25847 of glibc; condition_stalls shows it.
//
// Source: futex(2); Drepper, "Futexes Are Tricky", 2011.
#pragma once

#include "common/check.hpp"

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <climits>
#include <cstdint>
#include <ctime>
#include <mutex>

class futex_condition {
  public:
    using clock = std::chrono::steady_clock;

    // Gives up the lock, sleeps until it is notified or `deadline` has come,
    // and takes the lock again. False: the deadline has come. May also return
    // for no reason, so it belongs into a loop that looks again.
    //
    // If the kernel refuses, it throws, without the lock.
    //
    // The number is read with the mutex held. Who changes what we wait for
    // does so with the mutex held, thus later, and then changes the number.
    // The kernel compares it once more before it lets us sleep: nothing can
    // happen in between unseen.
    bool wait_until(std::unique_lock<std::mutex>& lock,
                    clock::time_point deadline) {
        const std::uint32_t seen = notified_;
        ++waiting_;
        lock.unlock();
        const bool in_time = sleep_while(seen, deadline);
        lock.lock();
        return in_time;
    }

    // Wakes one that waits, or all. Call it after a change, with or without
    // the mutex.
    void notify_one() {
        std::int64_t waiting = waiting_;
        while (waiting > 0)
            if (waiting_.compare_exchange_weak(waiting, waiting - 1))
                return wake(1);
    }
    void notify_all() {
        if (waiting_.exchange(0) > 0)
            wake(INT_MAX);
    }

  private:
    bool sleep_while(std::uint32_t seen, clock::time_point deadline) {
        using namespace std::chrono;
        // The kernel knows no time before it began.
        const auto until =
            std::max(deadline.time_since_epoch(), clock::duration::zero());
        const auto whole = duration_cast<seconds>(until);
        const timespec at = {static_cast<time_t>(whole.count()),
                             static_cast<long>((until - whole) / 1ns)};
        // WAIT_BITSET takes a point in time of the steady clock, not a span.
        if (::syscall(SYS_futex, &notified_,
                      FUTEX_WAIT_BITSET | FUTEX_PRIVATE_FLAG, seen, &at,
                      nullptr, FUTEX_BITSET_MATCH_ANY)
            == 0)
            return true;
        if (errno != EAGAIN && errno != EINTR && errno != ETIMEDOUT)
            throw_errno("futex");
        return errno != ETIMEDOUT;
    }
    void wake(int most) {
        ++notified_;
        ::syscall(SYS_futex, &notified_, FUTEX_WAKE | FUTEX_PRIVATE_FLAG, most,
                  nullptr, nullptr, 0);
    }

    std::atomic<std::uint32_t> notified_ = 0;
    // At least as many as sleep and have not been notified. It is only there
    // to save calls of the kernel: one too many costs a call, and one too few
    // cannot be, since each adds itself before it sleeps, and each is taken
    // off together with a call that wakes one or finds none asleep.
    std::atomic<std::int64_t> waiting_ = 0;
};
