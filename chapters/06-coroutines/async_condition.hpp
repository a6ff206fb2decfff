// Tasks of one thread wait here until another has changed something. As with
// threads, who wakes up looks again: others may have been there before.
//
//     while (queue.empty())
//         co_await changed.wait();
//
// No lock is needed for that: nobody runs between the look and the wait.
#pragma once

#include "wait_list.hpp"

class async_condition {
  public:
    void notify_one() { waiting_.wake_first(); }
    // Those that wait now.
    void notify_all() {
        while (waiting_.wake_first()) {
        }
    }

    class [[nodiscard]] awaiter : wait_list::entry {
      public:
        explicit awaiter(async_condition& condition)
            : entry(condition.waiting_) {}
        bool await_ready() const { return false; }
        bool await_suspend(std::coroutine_handle<> frame) {
            return suspend_in_list(frame);
        }
        void await_resume() { throw_if_called_off(); }
    };
    awaiter wait() { return awaiter(*this); }

  private:
    wait_list waiting_;
};
