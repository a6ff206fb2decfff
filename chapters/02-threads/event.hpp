// A flag that threads can wait for: Python's threading.Event. It must live
// until set() has returned.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>

class event {
  public:
    // Wakes all who wait, now and later.
    void set() {
        {
            const std::lock_guard lock(mutex_);
            is_set_ = true;
        }
        changed_.notify_all();
    }

    // True as soon as it is set, false after `limit`. An infinite wait is
    // wait().
    template<class Rep, class Period>
    bool wait_for(std::chrono::duration<Rep, Period> limit) {
        std::unique_lock lock(mutex_);
        return changed_.wait_for(lock, limit, [this] { return is_set_; });
    }

    void wait() {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return is_set_; });
    }

  private:
    std::mutex mutex_;
    std::condition_variable changed_;
    bool is_set_ = false; // guarded by mutex_
};
