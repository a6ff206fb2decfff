// A lock for tasks of one thread, first come first served: who gives it back
// hands it to the first that waits. Needed where something must not change
// across a co_await; between two of them nobody else runs.
#pragma once

#include "wait_list.hpp"

#include <utility>

class async_mutex {
  public:
    // Holds the lock as long as it lives.
    class [[nodiscard]] guard {
      public:
        explicit guard(async_mutex& mutex) : mutex_(&mutex) {}
        guard(guard&& other) noexcept
            : mutex_(std::exchange(other.mutex_, nullptr)) {}
        guard& operator=(guard&&) = delete;
        ~guard() {
            if (mutex_ != nullptr)
                mutex_->unlock();
        }

      private:
        async_mutex* mutex_;
    };

    class [[nodiscard]] awaiter : wait_list::entry {
      public:
        explicit awaiter(async_mutex& mutex)
            : entry(mutex.waiting_), mutex_(mutex) {}
        bool await_ready() const {
            return !std::exchange(mutex_.is_locked_, true);
        }
        bool await_suspend(std::coroutine_handle<> frame) {
            return suspend_in_list(frame);
        }
        guard await_resume() {
            throw_if_called_off();
            return guard(mutex_);
        }

      private:
        async_mutex& mutex_;
    };
    // auto lock = co_await mutex.lock();
    awaiter lock() { return awaiter(*this); }

  private:
    void unlock() {
        if (!waiting_.wake_first()) // who has it now
            is_locked_ = false;
    }
    wait_list waiting_;
    bool is_locked_ = false;
};
