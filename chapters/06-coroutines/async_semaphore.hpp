// So many permits, for tasks of one thread, first come first served: "at most
// ten at a time".
#pragma once

#include "wait_list.hpp"

#include <cstdint>
#include <stdexcept>
#include <utility>

class async_semaphore {
  public:
    // Throws std::invalid_argument for less than 0 of them.
    explicit async_semaphore(std::int64_t permits) : free_(permits) {
        if (permits < 0)
            throw std::invalid_argument("async_semaphore: at least 0 permits");
    }

    // Holds a permit as long as it lives.
    class [[nodiscard]] permit {
      public:
        explicit permit(async_semaphore& from) : from_(&from) {}
        permit(permit&& other) noexcept
            : from_(std::exchange(other.from_, nullptr)) {}
        permit& operator=(permit&&) = delete;
        ~permit() {
            if (from_ != nullptr)
                from_->release();
        }

      private:
        async_semaphore* from_;
    };

    class [[nodiscard]] awaiter : wait_list::entry {
      public:
        explicit awaiter(async_semaphore& from)
            : entry(from.waiting_), from_(from) {}
        bool await_ready() const {
            if (from_.free_ == 0)
                return false;
            --from_.free_;
            return true;
        }
        bool await_suspend(std::coroutine_handle<> frame) {
            return suspend_in_list(frame);
        }
        permit await_resume() {
            throw_if_called_off();
            return permit(from_);
        }

      private:
        async_semaphore& from_;
    };
    // auto permit = co_await semaphore.acquire();
    awaiter acquire() { return awaiter(*this); }

  private:
    void release() {
        if (!waiting_.wake_first()) // who has it now
            ++free_;
    }
    wait_list waiting_;
    std::int64_t free_;
};
