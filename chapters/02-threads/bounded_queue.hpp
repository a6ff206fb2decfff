// A queue with room for a fixed number of items, for any number of threads.
// Who puts waits for room; who gets waits for an item.
//
// Every item that was taken in comes out once. Items come out in the order of
// `Order`: std::queue (first in, first out), std::stack or std::priority_queue.
// After close() nothing goes in any more, and what is inside still comes out.
//
// A wait ends early by a time limit or a std::stop_token. It leaves no trace:
// an item that is there at that moment is still taken, and who goes away
// empty-handed has used up nobody's notification.
//
// Errors: what copying, moving or storing an item throws comes through, and
// the queue is as it was before. (A std::priority_queue keeps this only if
// moving and comparing items throws nothing, and an item that cannot be copied
// must not throw when it is moved.) A put that returns false has not
// touched the item. Destroy the queue when no call is in progress.
//
// Source: a monitor with two conditions; Hoare, "Monitors: An Operating System
// Structuring Concept", 1974.
#pragma once

#include "futex_condition.hpp"

#include <chrono>
#include <cstddef>
#include <mutex>
#include <optional>
#include <queue>
#include <stdexcept>
#include <stop_token>
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
    bounded_queue(const bounded_queue&) = delete;
    bounded_queue& operator=(const bounded_queue&) = delete;

    // Waits for room. False: the queue is closed, or it is full and `stop` was
    // requested.
    template<class Value>
    bool put(Value&& item, const std::stop_token& stop = {}) {
        return put_until(forever, stop, std::forward<Value>(item));
    }

    // Waits for at most `limit`; none at all if it is zero or negative.
    // False: no room in time, or closed.
    template<class Value, class Rep, class Period>
    bool put_for(Value&& item, std::chrono::duration<Rep, Period> limit) {
        return put_until(after(limit), {}, std::forward<Value>(item));
    }

    // Waits for an item. Nothing: the queue is closed and empty, or it is
    // empty and `stop` was requested.
    std::optional<Item> get(const std::stop_token& stop = {}) {
        return get_until(forever, stop);
    }

    // Waits for at most `limit`. Nothing: no item in time.
    template<class Rep, class Period>
    std::optional<Item> get_for(std::chrono::duration<Rep, Period> limit) {
        return get_until(after(limit), {});
    }

    // Lets nothing in any more, and ends all waiting.
    void close() {
        {
            const std::lock_guard lock(mutex_);
            closed_ = true;
        }
        has_item_.notify_all();
        has_room_.notify_all();
    }

    // Items inside at some moment during the call.
    std::size_t size() const {
        const std::lock_guard lock(mutex_);
        return items_.size();
    }

  private:
    using clock = std::chrono::steady_clock;
    static constexpr auto forever = clock::time_point::max();
    static constexpr auto at_once = clock::time_point::min();

    // A time so far away that it does not fit is `forever`.
    template<class Rep, class Period>
    static clock::time_point after(std::chrono::duration<Rep, Period> limit) {
        const std::chrono::duration<double> seconds = limit;
        if (seconds > std::chrono::hours(24 * 365 * 100))
            return forever;
        if (!(seconds.count() > 0)) // or it is not a number
            return at_once;
        return clock::now()
               + std::chrono::duration_cast<clock::duration>(seconds);
    }

    // Both conditions below are checked with the mutex held, and changed with
    // the mutex held: nothing can happen between a check and the wait.
    //
    // `wake` must be made before the lock and end after it: where stop is
    // requested already, making it locks the mutex; and ending it waits for a
    // wake_all() that has begun, which wants the mutex.
    template<class Value>
    bool put_until(clock::time_point deadline, const std::stop_token& stop,
                   Value&& item) {
        const std::stop_callback wake(stop, [this] { wake_all(); });
        std::unique_lock lock(mutex_);
        bool in_time = deadline != at_once;
        while (items_.size() >= capacity_ && !closed_) {
            if (!in_time || stop.stop_requested())
                return false;
            in_time = has_room_.wait_until(lock, deadline);
        }
        if (closed_)
            return false;
        try {
            items_.push(std::forward<Value>(item));
        } catch (...) {
            has_room_.notify_one(); // it may have been our turn: pass it on
            throw;
        }
        // Whoever waits for an item began when there was none. Of several
        // that wait, this wakes one, who will wake the next if there is more.
        const bool was_empty = items_.size() == 1;
        const bool more_room = items_.size() < capacity_;
        lock.unlock();
        if (was_empty)
            has_item_.notify_one();
        if (more_room)
            has_room_.notify_one();
        return true;
    }

    //> get
    std::optional<Item> get_until(clock::time_point deadline,
                                  const std::stop_token& stop) {
        std::optional<Item> item; // all that is returned: so it is not moved
        const std::stop_callback wake(stop, [this] { wake_all(); });
        std::unique_lock lock(mutex_);
        bool in_time = deadline != at_once;
        while (items_.empty()) {
            if (closed_ || !in_time || stop.stop_requested())
                return item;
            in_time = has_item_.wait_until(lock, deadline);
        }
        try {
            // Copied, if moving might throw: then the item is still there.
            item.emplace(std::move_if_noexcept(next()));
            items_.pop();
        } catch (...) {
            has_item_.notify_one();
            throw;
        }
        const bool was_full = items_.size() + 1 == capacity_;
        const bool more_items = !items_.empty();
        lock.unlock();
        if (was_full)
            has_room_.notify_one();
        if (more_items)
            has_item_.notify_one();
        return item;
    }
    //< get

    // The item whose turn it is, by reference.
    decltype(auto) next() {
        if constexpr (requires { items_.front(); })
            return items_.front();
        else
            return items_.top();
    }

    void wake_all() {
        const std::lock_guard lock(mutex_);
        has_item_.notify_all();
        has_room_.notify_all();
    }

    mutable std::mutex mutex_;
    futex_condition has_item_, has_room_;
    Order items_;
    const std::size_t capacity_;
    bool closed_ = false;
};
