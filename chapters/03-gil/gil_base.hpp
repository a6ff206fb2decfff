// What all locks of gil.hpp have in common: at most one holder, an account of
// what happened, and rules whose breach is an error and not a hang.
//
// The rules: a thread that holds a GIL takes no second one, only its holder
// releases it, and no thread ends while it holds one. Breaking the first two
// throws std::logic_error at once. Breaking the third makes every later
// acquire() throw std::runtime_error, also for those who wait already.
#pragma once

#include "02-threads/futex_condition.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <stdexcept>

// What happened to a GIL. Times in seconds.
struct gil_counts {
    std::int64_t acquired = 0;  // taken, by any thread
    std::int64_t handoffs = 0;  // of these, by another thread than the last one
    std::int64_t retaken = 0;   // of these, by the same thread as the last time
    std::int64_t asked = 0;     // a waiter's time was over, and it asked for it
    std::int64_t dropped = 0;   // released at a check, for others
    std::int64_t voluntary = 0; // released for the holder's own sake
    std::int64_t waits = 0;     // acquire() found it taken
    std::int64_t futile = 0;    // woken up, and it was taken again
    double waited = 0, longest_wait = 0;
};

class gil_base;

// Of the calling thread: a number of its own, and the lock that it holds.
struct gil_thread {
    static inline std::atomic<int> last_number = 0;
    const int number = ++last_number;
    gil_base* holds = nullptr;

    gil_thread() = default;
    gil_thread(const gil_thread&) = delete;
    gil_thread& operator=(const gil_thread&) = delete;
    ~gil_thread(); // at the end of the thread
};
inline thread_local gil_thread this_gil_thread;

// Why a GIL is released.
enum class release_for { others, own_sake };

class gil_base {
  public:
    gil_base() = default;
    gil_base(const gil_base&) = delete;
    gil_base& operator=(const gil_base&) = delete;

    gil_counts counts() const {
        const std::lock_guard lock(mutex_);
        return counts_;
    }

    // The holder's thread ends: nobody will ever release it.
    void abandon() {
        {
            const std::lock_guard lock(mutex_);
            abandoned_ = true;
        }
        released_.notify_all();
    }

  protected:
    using clock = futex_condition::clock;
    ~gil_base() = default;

    void check_free_to_take() const {
        if (this_gil_thread.holds != nullptr)
            throw std::logic_error(
                "a thread takes a GIL, and holds one already");
    }
    void check_held() const {
        if (this_gil_thread.holds != this)
            throw std::logic_error(
                "a thread releases a GIL that it does not hold");
    }

    // Waits until the holder has released it, or until `deadline`; false means
    // the latter. Somebody else may have taken it in between.
    bool wait_for_release(std::unique_lock<std::mutex>& lock,
                          clock::time_point deadline) {
        const bool in_time = abandoned_ || released_.wait_until(lock, deadline);
        if (abandoned_)
            throw std::runtime_error("a thread ended while it held the GIL");
        counts_.futile += in_time && locked_;
        return in_time;
    }

    // With the mutex held. `since`: when this thread began to want it.
    void take(bool had_to_wait, clock::time_point since) {
        locked_ = true;
        this_gil_thread.holds = this;
        ++counts_.acquired;
        counts_.handoffs +=
            last_holder_ != 0 && last_holder_ != this_gil_thread.number;
        counts_.retaken += last_holder_ == this_gil_thread.number;
        last_holder_ = this_gil_thread.number;
        if (had_to_wait) {
            const double waited =
                std::chrono::duration<double>(clock::now() - since).count();
            ++counts_.waits;
            counts_.waited += waited;
            counts_.longest_wait = std::max(counts_.longest_wait, waited);
        }
    }

    // Lets it go, and wakes up one of those who wait.
    void let_go(release_for reason) {
        check_held();
        {
            const std::lock_guard lock(mutex_);
            locked_ = false;
            this_gil_thread.holds = nullptr;
            ++(reason == release_for::others ? counts_.dropped
                                             : counts_.voluntary);
        }
        released_.notify_one();
    }

    mutable std::mutex mutex_; // of all that follows
    futex_condition released_;
    bool locked_ = false, abandoned_ = false;
    int last_holder_ = 0; // number of a thread; 0: nobody yet
    gil_counts counts_;
};

inline gil_thread::~gil_thread() {
    if (holds != nullptr)
        holds->abandon();
}

// Runs body() with the lock held.
template<class Gil, class Body>
void with_gil(Gil& gil, const Body& body) {
    gil.acquire();
    try {
        body();
    } catch (...) {
        if (this_gil_thread.holds != nullptr) // or taking it was what failed
            gil.release(release_for::own_sake);
        throw;
    }
    gil.release(release_for::own_sake);
}

// Runs body() without the lock, which the caller holds before and afterwards,
// whatever body() throws. In CPython's source these are the macros
// Py_BEGIN_ALLOW_THREADS and Py_END_ALLOW_THREADS.
template<class Gil, class Body>
void without_gil(Gil& gil, const Body& body) {
    gil.release(release_for::own_sake);
    try {
        body();
    } catch (...) {
        gil.acquire();
        throw;
    }
    gil.acquire();
}

// At a check: gives others the chance to take it.
template<class Gil>
void yield_gil(Gil& gil) {
    gil.release(release_for::others);
    gil.acquire();
}
