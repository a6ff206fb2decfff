// A queue with room for a fixed number of items, for any number of threads.
// Who puts waits for room; who gets waits for an item. After close() nothing
// goes in any more, and what is inside still comes out.
//
// Items come out in the order of `Order`, which is std::queue or a class with
// the same functions. Destroy the queue when no call is in progress.
//
// Source: a monitor with two conditions; Hoare, "Monitors: An Operating System
// Structuring Concept", 1974.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <optional>
#include <queue>
#include <stdexcept>
#include <utility>

template<class Item, class Order = std::queue<Item>>
class bounded_queue {
  public:
    // Throws std::invalid_argument for a capacity of 0, which nothing fits.
    explicit bounded_queue(std::size_t capacity) : capacity_(capacity) {
        if (capacity == 0)
            throw std::invalid_argument(
                "bounded_queue: capacity 0, at least 1 is needed");
    }

    //> queue
    // Waits for room. False: the queue is closed.
    bool put(Item item) {
        std::unique_lock lock(mutex_);
        has_room_.wait(lock,
                       [this] { return items_.size() < capacity_ || closed_; });
        if (closed_)
            return false;
        items_.push(std::move(item));
        has_item_.notify_all();
        return true;
    }

    // Waits for an item. Nothing: the queue is closed and empty.
    std::optional<Item> get() {
        std::unique_lock lock(mutex_);
        has_item_.wait(lock, [this] { return !items_.empty() || closed_; });
        if (items_.empty())
            return std::nullopt;
        std::optional<Item> item(std::move(items_.front()));
        items_.pop();
        has_room_.notify_all();
        return item;
    }

    // Ends all waiting.
    void close() {
        const std::lock_guard lock(mutex_);
        closed_ = true;
        has_item_.notify_all();
        has_room_.notify_all();
    }
    //< queue

    // Items inside at some moment during the call.
    std::size_t size() const {
        const std::lock_guard lock(mutex_);
        return items_.size();
    }

  private:
    mutable std::mutex mutex_; // guards all that follows
    std::condition_variable has_item_, has_room_;
    Order items_;
    const std::size_t capacity_;
    bool closed_ = false;
};
