// A flag that tasks of one thread can wait for. Chapter 02's event, for which a
// thread waits, blocks all of them.
#pragma once

#include "wait_list.hpp"

class async_event {
  public:
    // Wakes all who wait, now and later.
    void set() {
        is_set_ = true;
        while (waiting_.wake_first()) {
        }
    }
    void clear() { is_set_ = false; }
    bool is_set() const { return is_set_; }

    class [[nodiscard]] awaiter : wait_list::entry {
      public:
        explicit awaiter(async_event& event)
            : entry(event.waiting_), event_(event) {}
        bool await_ready() const { return event_.is_set_; }
        bool await_suspend(std::coroutine_handle<> frame) {
            return suspend_in_list(frame);
        }
        void await_resume() { throw_if_called_off(); }

      private:
        async_event& event_;
    };
    awaiter wait() { return awaiter(*this); }

  private:
    wait_list waiting_;
    bool is_set_ = false;
};
