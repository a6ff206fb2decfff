// Chapter 02's bounded_queue for tasks of one thread: who puts waits for room,
// who gets waits for an item, first come first served. After close() nothing
// goes in any more, and what is inside still comes out.
//
// An item goes from hand to hand: into the queue, or to the task that has
// waited longest. So a task that is cancelled while it gets loses none: either
// it still waited, and has none, or it gets its item, and its next wait is
// cancelled. One that is cancelled while it puts, or is told that the queue is
// closed, has not put its item, which is gone with the call.
#pragma once

#include "wait_list.hpp"

#include <cstddef>
#include <deque>
#include <optional>
#include <stdexcept>
#include <type_traits>
#include <utility>

template<class Item>
class async_queue {
    // Or an item would be lost between two hands.
    static_assert(std::is_nothrow_move_constructible_v<
                      Item> && std::is_nothrow_move_assignable_v<Item>);

  public:
    // Throws std::invalid_argument for a capacity of 0, which nothing fits.
    explicit async_queue(std::size_t capacity) : capacity_(capacity) {
        if (capacity == 0)
            throw std::invalid_argument(
                "async_queue: capacity 0, at least 1 is needed");
    }

    class [[nodiscard]] putting : public wait_list::entry {
      public:
        putting(async_queue& queue, Item item)
            : entry(queue.puts_), queue_(queue), item_(std::move(item)) {}
        bool await_ready() { return queue_.put_now(*this); }
        bool await_suspend(std::coroutine_handle<> frame) {
            return suspend_in_list(frame);
        }
        bool await_resume() {
            throw_if_called_off();
            return is_in_;
        }

      private:
        friend async_queue;
        async_queue& queue_;
        Item item_;
        bool is_in_ = false;
    };
    // bool: false, the queue is closed.
    putting put(Item item) { return putting(*this, std::move(item)); }

    class [[nodiscard]] getting : public wait_list::entry {
      public:
        explicit getting(async_queue& queue)
            : entry(queue.gets_), queue_(queue) {}
        bool await_ready() { return queue_.get_now(*this); }
        bool await_suspend(std::coroutine_handle<> frame) {
            return suspend_in_list(frame);
        }
        std::optional<Item> await_resume() {
            throw_if_called_off();
            return std::move(item_);
        }

      private:
        friend async_queue;
        async_queue& queue_;
        std::optional<Item> item_;
    };
    // std::optional<Item>: nothing, the queue is closed and empty.
    getting get() { return getting(*this); }

    // Ends all waiting.
    void close() {
        is_closed_ = true;
        while (puts_.wake_first() || gets_.wake_first()) {
        }
    }
    std::size_t size() const { return items_.size(); }

  private:
    // True: it need not wait.
    bool put_now(putting& one) {
        if (is_closed_)
            return true;
        if (items_.size() >= capacity_)
            return false;
        one.is_in_ = true;
        if (auto* first = static_cast<getting*>(gets_.pop())) {
            first->item_ = std::move(one.item_);
            first->wake();
        } else {
            items_.push_back(std::move(one.item_));
        }
        return true;
    }
    bool get_now(getting& one) {
        if (items_.empty())
            return is_closed_;
        one.item_ = std::move(items_.front());
        items_.pop_front();
        if (auto* first = static_cast<putting*>(puts_.pop())) { // there is room
            put_now(*first);
            first->wake();
        }
        return true;
    }

    const std::size_t capacity_;
    std::deque<Item> items_;
    wait_list puts_, gets_;
    bool is_closed_ = false;
};
