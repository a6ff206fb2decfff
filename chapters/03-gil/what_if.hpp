// A lock that CPython does not have: those who wait stand in a queue, and the
// first one gets it. The rest is as in new_gil.
#pragma once

#include "gil_base.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <mutex>

class fair_gil : public gil_base {
  public:
    explicit fair_gil(
        std::chrono::microseconds interval = std::chrono::milliseconds(5))
        : interval_(interval) {}

    void acquire() {
        check_free_to_take();
        std::unique_lock lock(mutex_);
        const auto since = clock::now();
        const std::int64_t mine = tickets_++;
        const bool had_to_wait = locked_ || served_ != mine;
        while (locked_ || served_ != mine) {
            const bool in_time =
                wait_for_release(lock, clock::now() + interval_);
            if (!in_time && locked_ && served_ == mine) { // only the first asks
                drop_requested_ = true;
                ++counts_.asked;
            }
        }
        ++served_;
        take(had_to_wait, since);
        drop_requested_ = false;
    }

    // Who has released it and wants it again goes to the end of the queue:
    // there is no need to wait until another has it. All are woken up, for the
    // kernel does not know who is the first.
    void release(release_for reason) {
        let_go(reason);
        released_.notify_all();
    }

    static bool every_instruction() { return false; }
    bool at_jump() const { return drop_requested_; }

  private:
    const std::chrono::microseconds interval_;
    std::atomic<bool> drop_requested_ = false;
    std::int64_t tickets_ = 0, served_ = 0; // given out; whose turn it is
};
