// Waiters, first come first served. Each is in one list, and can leave it from
// anywhere: so it holds the links itself.
#pragma once

#include "task.hpp"

class wait_list {
  public:
    wait_list() = default;
    wait_list(const wait_list&) = delete;
    // Who waits still would do so for ever, at a place that is gone.
    ~wait_list() {
        if (first_ != nullptr)
            std::terminate();
    }

    // Waits in a list.
    class entry : public waiter {
      protected:
        explicit entry(wait_list& list) : list_(&list) {}
        bool suspend_in_list(std::coroutine_handle<> frame) {
            const bool waits = suspend(frame);
            if (waits)
                list_->push_back(*this);
            return waits;
        }
        void forget() override { list_->remove(*this); }

      private:
        friend wait_list;
        wait_list* list_;
        entry *before_ = nullptr, *after_ = nullptr;
    };

    // Takes the first out of the list; nullptr: nobody waits.
    entry* pop() {
        entry* first = first_;
        if (first != nullptr)
            remove(*first);
        return first;
    }
    // False: nobody waits.
    bool wake_first() {
        entry* first = pop();
        if (first != nullptr)
            first->wake();
        return first != nullptr;
    }

  private:
    void push_back(entry& one) {
        one.before_ = last_;
        (last_ != nullptr ? last_->after_ : first_) = &one;
        last_ = &one;
    }
    void remove(entry& one) {
        (one.before_ != nullptr ? one.before_->after_ : first_) = one.after_;
        (one.after_ != nullptr ? one.after_->before_ : last_) = one.before_;
        one.before_ = one.after_ = nullptr;
    }
    entry *first_ = nullptr, *last_ = nullptr;
};
