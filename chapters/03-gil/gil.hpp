// The Global Interpreter Lock, as it was and as it is: whoever holds it may run
// bytecode. An interpreter asks every_instruction() before each instruction and
// at_jump() at each jump back; where one says yes, it gives way.
//
// Source: CPython, Python/ceval.c of 2.7 and Python/ceval_gil.h of 3.11.
#pragma once

#include "gil_base.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <mutex>

// Up to Python 3.1: after each 100 instructions the holder lets go and takes it
// again at once. Nobody makes sure that another thread gets it in between.
class old_gil : public gil_base {
  public:
    // Python 2 made its lock when the first thread was started; before, no
    // tick released anything.
    explicit old_gil(std::int64_t ticks = 100, bool threads_exist = true)
        : ticks_(ticks), threads_exist_(threads_exist) {}

    //> old
    void acquire() {
        check_free_to_take();
        std::unique_lock lock(mutex_);
        const auto since = clock::now();
        const bool had_to_wait = locked_;
        while (locked_)
            wait_for_release(lock, clock::time_point::max());
        take(had_to_wait, since);
    }

    void release(release_for reason) { let_go(reason); }

    // The count belongs to the holder of the lock, so it needs no other.
    bool every_instruction() {
        if (--left_ >= 0)
            return false;
        left_ = ticks_;
        return threads_exist_;
    }
    static bool at_jump() { return false; }
    //< old

  private:
    const std::int64_t ticks_;
    const bool threads_exist_;
    std::int64_t left_ = ticks_;
};

// Python 3.2 and later: who waits for longer than an interval asks for the
// lock; the holder then lets go, and does not take it again before another
// thread has had it.
class new_gil : public gil_base {
  public:
    // Without force_switching the holder may take it again at once: a switch in
    // CPython's source that nobody turns off.
    explicit new_gil(
        std::chrono::microseconds interval = std::chrono::milliseconds(5),
        bool force_switching = true)
        : interval_(interval), force_switching_(force_switching) {}

    //> acquire
    void acquire() {
        check_free_to_take();
        std::unique_lock lock(mutex_);
        const auto since = clock::now();
        const bool had_to_wait = locked_;
        while (locked_) {
            const auto seen = counts_.handoffs;
            const bool in_time =
                wait_for_release(lock, clock::now() + interval_);
            // If somebody else has got it meanwhile, the interval begins anew.
            if (!in_time && locked_ && counts_.handoffs == seen) {
                drop_requested_ = true;
                ++counts_.asked;
            }
        }
        {
            const std::lock_guard taking(taken_mutex_);
            take(had_to_wait, since);
            taken_.notify_one();
        }
        drop_requested_ = false;
    }
    //< acquire

    //> release
    void release(release_for reason) {
        let_go(reason);
        if (!force_switching_ || !drop_requested_)
            return;
        // Somebody asked, and is on the way. Wait until it has it: otherwise
        // we would have taken it again before it is awake.
        std::unique_lock lock(taken_mutex_);
        if (last_holder_ == this_gil_thread.number) {
            drop_requested_ = false;
            // No loop, as in CPython: who is woken up for no reason is
            // only unfair for once.
            taken_.wait_until(lock, clock::time_point::max());
        }
    }
    //< release

    static bool every_instruction() { return false; }
    bool at_jump() const { return drop_requested_; }

  private:
    const std::chrono::microseconds interval_;
    const bool force_switching_;
    std::atomic<bool> drop_requested_ = false;
    std::mutex taken_mutex_; // of last_holder_, with mutex_: both to write it
    futex_condition taken_;
};

// Python without the lock (3.13t): every thread runs.
class no_gil : public gil_base {
  public:
    void acquire() {
        check_free_to_take();
        this_gil_thread.holds = this;
    }
    void release(release_for /*reason*/) {
        check_held();
        this_gil_thread.holds = nullptr;
    }
    static bool every_instruction() { return false; }
    static bool at_jump() { return false; }
};

// What must be paid for that: `tax` empty steps at every instruction.
class taxed_no_gil : public no_gil {
  public:
    explicit taxed_no_gil(std::int64_t tax) : tax_(tax) {}

    bool every_instruction() const {
        for (std::int64_t step = 0; step < tax_; ++step)
            asm volatile(""); // the compiler must leave the step there
        return false;
    }

  private:
    const std::int64_t tax_;
};
