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
// next wait is cancelled. The pool must not be stopped meanwhile.
template<class Function>
class in_pool {
  public:
    in_pool(thread_pool& pool, Function function)
        : pool_(pool), call_(std::move(function)) {}
    bool await_ready() const { return false; }
    //> call
    void await_suspend(std::coroutine_handle<> frame) {
        // This object lives in the frame, which does not go on before the
        // posted call: so the thread may use it until it has posted that.
        pool_.submit([this, frame, who = ready_frames->current,
                      &loop = event_loop::current()] {
            call_();
            loop.post([frame, who] { ready_frames->push(frame, who); });
        });
    }
    auto await_resume() { return call_.get_future().get(); }
    //< call

  private:
    thread_pool& pool_;
    std::packaged_task<std::invoke_result_t<Function>()> call_;
};
