// The queue of a thread_pool: like bounded_queue, but without a limit, so that
// putting never waits, and without waking anybody for an item that a busy
// thread will fetch anyway.
#pragma once

#include "futex_condition.hpp"

#include <mutex>
#include <queue>
#include <utility>

// `Item` is a pointer; a null pointer means that there is none.
template<class Item>
class task_queue {
  public:
    //> put
    // False: the queue is closed, and `item` is destroyed.
    //
    // Threads wait only while the queue is empty. So this wakes one, and only
    // if it was empty; whoever takes an item and leaves others behind wakes
    // the next.
    bool put(Item item) {
        std::unique_lock lock(mutex_);
        if (closed_)
            return false;
        items_.push(std::move(item));
        const bool was_empty = items_.size() == 1;
        lock.unlock(); // first, or who is woken would find it locked
        if (was_empty)
            has_item_.notify_one();
        return true;
    }
    //< put

    // Waits for an item. Null: the queue is closed and empty.
    Item get() {
        std::unique_lock lock(mutex_);
        while (items_.empty()) {
            if (closed_)
                return nullptr;
            has_item_.wait_until(lock,
                                 futex_condition::clock::time_point::max());
        }
        Item item = std::move(items_.front());
        items_.pop();
        const bool more_items = !items_.empty();
        lock.unlock();
        if (more_items)
            has_item_.notify_one();
        return item;
    }

    // Lets nothing in any more, and ends all waiting.
    void close() {
        const std::lock_guard lock(mutex_);
        closed_ = true;
        has_item_.notify_all();
    }

  private:
    std::mutex mutex_;
    futex_condition has_item_;
    std::queue<Item> items_;
    bool closed_ = false;
};
