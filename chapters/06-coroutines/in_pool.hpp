// What a task must not do itself, because it would block all others: a thread
// of chapter 02's pool does it, while the task waits.
//
//     const bool prime = co_await in_pool(pool, [=] { return is_prime(n); });
#pragma once

#include "event_loop.hpp"

#include "02-threads/thread_pool.hpp"

#include <future>
#include <type_traits>

// Calls function() in `pool`, and returns its result or throws its exception.
// A thread cannot be cancelled: a task that is gets the result first, and its
// next wait is cancelled. Throws std::runtime_error if the pool was stopped
// before it came to it.
template<class Function>
class [[nodiscard]] in_pool {
  public:
    [[nodiscard]] in_pool(thread_pool& pool, Function function)
        : pool_(pool), call_(std::move(function)) {}
    bool await_ready() const { // before anything begins
        if (std::exchange(ready_frames->current->cancel_requested, false))
            throw cancelled{};
        return false;
    }
    //> call
    void await_suspend(std::coroutine_handle<> frame) {
        try {
            pool_.submit(job(*this, frame));
        } catch (...) { // the pool is stopped, and the job gone: see below
        }
    }
    auto await_resume() {
        auto result = call_.get_future();
        if (result.wait_for(std::chrono::seconds(0))
            != std::future_status::ready)
            throw std::runtime_error("in_pool: the pool was stopped");
        return result.get();
    }
    //< call

  private:
    //> job
    // What the pool gets. When it goes, called or not, the task goes on; until
    // then that waits, so all that is in its frame is there, as is the loop.
    class job {
      public:
        job(in_pool& waiting, std::coroutine_handle<> frame)
            : waiting_(&waiting), frame_(frame) {}
        job(job&& other) noexcept
            : waiting_(std::exchange(other.waiting_, nullptr)),
              frame_(other.frame_), who_(other.who_), loop_(other.loop_) {}
        ~job() {
            if (waiting_ == nullptr)
                return;
            try {
                loop_.post([frame = frame_, who = who_] {
                    ready_frames->push(frame, who);
                });
            } catch (...) { // the task would wait for ever
                std::terminate();
            }
        }
        void operator()() { waiting_->call_(); }

      private:
        in_pool* waiting_;
        const std::coroutine_handle<> frame_;
        running_task* const who_ = ready_frames->current;
        event_loop& loop_ = event_loop::current();
    };
    //< job

    thread_pool& pool_;
    std::packaged_task<std::invoke_result_t<Function>()> call_;
};
