// A task is a function that can wait without keeping a thread.
//
//     task<int> answer() { co_return 42; }
//     task<void> ask() { fmt::print("{}\n", co_await answer()); }
//     event_loop().run(ask());            // see event_loop.hpp
//
// - Calling such a function runs nothing: it only makes a *frame*, which holds
//   its arguments and variables. co_await starts it, and returns its result or
//   throws its exception.
// - Tasks start, and go on, from the ready queue of their thread: a child, and
//   who awaited it, at once, whoever else was woken when its turn comes. So the
//   stack does not grow with the depth of the calls, nor with their number.
// - Only where it waits can a task be cancelled, and do others go on. To await
//   a child that does not wait is no wait, but a call. (Calls on sockets, and
//   into a pool, can always be cancelled.)
// - A task that has begun must end before it is destroyed, or the program is
//   terminated: as with std::thread, somebody may still count on it. To end it
//   early is to cancel it: see running_task.
//
// Not safe for several threads: a task stays in the thread that it began in.
// Source: the lazy tasks of Lewis Baker's "C++ Coroutines: Understanding
// Symmetric Transfer"; the queue is in the place of the transfer.
#pragma once

#include "common/check.hpp"

#include <algorithm>
#include <concepts>
#include <coroutine>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <stdexcept>
#include <utility>
#include <vector>

// Thrown where a task waits that is cancelled. No std::exception, so that who
// catches those, to try again, lets it pass.
struct cancelled {};

struct running_task;

// A place where a task waits until somebody calls wake() or cancels it: a
// timer, a lock, a descriptor. Those derive from this.
class waiter {
  public:
    void wake();     // the task goes on, after those that are ready by now
    void call_off(); // it goes on by throwing `cancelled`

    waiter(const waiter&) = delete; // two tasks cannot wait in one

  protected:
    waiter() = default;
    ~waiter() = default;
    // Nobody shall wake us any more.
    virtual void forget() = 0;
    // Where await_suspend() begins. False: do not wait, we are cancelled.
    bool suspend(std::coroutine_handle<> frame);
    void throw_if_called_off(); // where await_resume() begins

  private:
    std::coroutine_handle<> frame_;
    running_task* who_ = nullptr;
};

//> running_task
// A task that runs beside others, with all that it awaits: what asyncio calls
// a Task. Cancelling it ends its wait by an exception, once; if it does not
// wait, then its next wait. It may clean up, and wait for that.
struct running_task {
    virtual void ended(std::exception_ptr error) = 0; // the last that is called
    void cancel() {
        if (!std::exchange(cancel_requested, true) && at != nullptr)
            at->call_off();
    }

    const char* name = "task";
    waiter* at = nullptr;          // where it waits
    bool cancel_requested = false; // and not yet thrown

  protected:
    ~running_task() = default;
};
//< running_task

// Frames that wait for nothing any more, first come first served.
class ready_queue {
  public:
    //> ready_queue
    void push(std::coroutine_handle<> frame, running_task* who) {
        if (count_ == ring_.size())
            grow();
        ring_[(first_ + count_++) & (ring_.size() - 1)] = {frame, who};
    }
    // Before all others: a call, or its return.
    void push_front(std::coroutine_handle<> frame, running_task* who) {
        if (count_ == ring_.size())
            grow();
        first_ = (first_ - 1) & (ring_.size() - 1);
        ring_[first_] = {frame, who};
        ++count_;
    }
    bool empty() const { return count_ == 0; }
    const running_task* next() const { return ring_[first_].who; }
    // Lets the first one go on, until it waits or ends.
    void run_one() {
        const auto [frame, who] = ring_[first_];
        first_ = (first_ + 1) & (ring_.size() - 1);
        --count_;
        current = who;
        frame.resume();
    }
    //< ready_queue

    running_task* current = nullptr; // the one that runs

  private:
    struct entry {
        std::coroutine_handle<> frame;
        running_task* who = nullptr;
    };
    void grow() {
        std::rotate(ring_.begin(), ring_.begin() + std::ptrdiff_t(first_),
                    ring_.end());
        first_ = 0;
        ring_.resize(2 * ring_.size());
    }
    // A ring, as long as a power of two. With std::deque, which would do, to
    // await a task took a third more time.
    std::vector<entry> ring_ = std::vector<entry>(1024);
    std::size_t first_ = 0, count_ = 0;
};
// Of this thread; nullptr where no event loop is.
inline constinit thread_local ready_queue* ready_frames = nullptr;

// Frames of tasks that this thread has made, and destroyed.
struct frame_counts {
    std::int64_t created = 0, destroyed = 0;
};
inline constinit thread_local frame_counts frames;

// While a task waits, and until it has thrown if that is called off, `at` is
// where: so a cancel that comes when it has been woken is for the next wait.
inline void waiter::wake() {
    who_->at = nullptr;
    ready_frames->push(frame_, who_);
}
inline void waiter::call_off() {
    forget();
    ready_frames->push(frame_, who_);
}
inline bool waiter::suspend(std::coroutine_handle<> frame) {
    frame_ = frame;
    who_ = ready_frames->current;
    who_->at = this;
    return !who_->cancel_requested;
}
inline void waiter::throw_if_called_off() {
    if (who_ != nullptr && who_->at == this) {
        who_->at = nullptr;
        who_->cancel_requested = false;
        throw cancelled{};
    }
}

// What the frame of each task holds beside its variables.
class promise_base {
  public:
    promise_base() { ++frames.created; }
    ~promise_base() { ++frames.destroyed; }
    promise_base(const promise_base&) = delete;

    // A task that was cancelled before it began never begins. One that is
    // awaited does: to call is not to wait.
    struct at_begin : std::suspend_always {
        void await_resume() const {
            if (!frame.awaited_by
                && std::exchange(ready_frames->current->cancel_requested,
                                 false))
                throw cancelled{};
        }
        const promise_base& frame;
    };
    struct at_end {
        bool await_ready() const noexcept { return false; }
        template<class Promise>
        void await_suspend(std::coroutine_handle<Promise> frame) noexcept {
            promise_base& promise = frame.promise();
            if (promise.awaited_by)
                ready_frames->push_front(promise.awaited_by,
                                         ready_frames->current);
            else
                ready_frames->current->ended(promise.error); // frame is gone
        }
        void await_resume() const noexcept {}
    };
    at_begin initial_suspend() const { return {{}, *this}; }
    at_end final_suspend() const noexcept { return {}; }
    void unhandled_exception() { error = std::current_exception(); }

    // A frame may own another one, as an argument, and that the next, a hundred
    // thousand times. Each is destroyed within the one before, as usual in C++,
    // down to a depth of 100, and those below are put off: or the stack would
    // overflow. (So do not let the hundredth refer to what the first one has.)
    void destroy(std::coroutine_handle<> frame) {
        if (begun && !frame.done())
            std::terminate();
        if (depth_ == 100)
            return put_off_->push_back(frame);
        std::vector<std::coroutine_handle<>> put_off;
        if (depth_++ == 0)
            put_off_ = &put_off;
        frame.destroy();
        if (--depth_ > 0)
            return;
        while (!put_off.empty()) {
            const auto next = put_off.back();
            put_off.pop_back();
            ++depth_;
            next.destroy();
            --depth_;
        }
        put_off_ = nullptr;
    }

    std::coroutine_handle<> awaited_by; // by nobody: it runs beside others
    std::exception_ptr error;
    bool begun = false;

  private:
    static inline constinit thread_local int depth_ = 0;
    static inline constinit thread_local std::vector<std::coroutine_handle<>>*
        put_off_ = nullptr;
};

template<class T>
class promise_of : public promise_base {
  public:
    template<class Value = T>
    requires std::convertible_to<Value, T>
    void return_value(Value&& value) {
        value_.emplace(std::forward<Value>(value));
    }
    T take() {
        if (error)
            std::rethrow_exception(error);
        return std::move(*value_);
    }

  private:
    std::optional<T> value_;
};
template<>
class promise_of<void> : public promise_base {
  public:
    void return_void() const {}
    void take() const {
        if (error)
            std::rethrow_exception(error);
    }
};

template<class T>
class [[nodiscard]] task {
  public:
    struct promise_type : promise_of<T> {
        task get_return_object() {
            return task(
                std::coroutine_handle<promise_type>::from_promise(*this));
        }
    };
    task(task&& other) noexcept : frame_(std::exchange(other.frame_, {})) {}
    task& operator=(task&& other) noexcept {
        std::swap(frame_, other.frame_);
        return *this;
    }
    ~task() {
        if (frame_)
            frame_.promise().destroy(frame_);
    }

    //> await
    class awaiter {
      public:
        explicit awaiter(task child) : child_(std::move(child)) {}
        bool await_ready() const {
            child_.must_be_there();
            return false;
        }
        void await_suspend(std::coroutine_handle<> parent) {
            child_.frame_.promise().awaited_by = parent;
            child_.frame_.promise().begun = true;
            ready_frames->push_front(child_.frame_, ready_frames->current);
        }
        T await_resume() { return child_.frame_.promise().take(); }

      private:
        task child_;
    };
    awaiter operator co_await() && { return awaiter(std::move(*this)); }
    //< await

    // Throws logic_error if it was awaited, or moved, before.
    void must_be_there() const {
        if (!frame_)
            throw std::logic_error("a task can be awaited only once");
    }

    // Starts it for `who`, as something that runs beside others, and that
    // nobody awaits: who->ended() is called at its end.
    void start(running_task* who) {
        frame_.promise().begun = true;
        ready_frames->push(frame_, who);
    }
    T take() { return frame_.promise().take(); } // after its end

  private:
    explicit task(std::coroutine_handle<promise_type> frame) : frame_(frame) {}

    std::coroutine_handle<promise_type> frame_;
};
