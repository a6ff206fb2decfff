// A limit of time for a task.
//
//     co_await within(std::chrono::seconds(1), answer());
#pragma once

#include "event_loop.hpp"
#include "task_group.hpp"

struct timed_out : std::runtime_error {
    timed_out() : std::runtime_error("no result within the limit") {}
};

// The result of `work`, or its exception. Cancels it after `limit`, waits until
// it has ended, and then throws timed_out, unless it has a result after all.
template<class T>
task<T> within(event_loop::clock::duration limit, task<T> work) {
    using value = std::conditional_t<std::is_void_v<T>, bool, T>;
    std::optional<value> result;
    auto alarm = [](task_group& group, auto when) -> task<void> {
        co_await sleep_until(when);
        group.cancel();
    };
    auto both = [&](task_group& group) -> task<void> {
        group.spawn(alarm(group, event_loop::from_now(limit)), "alarm");
        if constexpr (std::is_void_v<T>) {
            co_await std::move(work);
            result = true;
        } else {
            result.emplace(co_await std::move(work));
        }
        group.cancel(); // the alarm
    };
    try {
        co_await in_group_or_first_error(both); // there is but one
    } catch (const cancelled&) { // from outside; what we have is not lost
        if (!result)
            throw;
        ready_frames->current->cancel_requested = true; // at the next wait
    }
    if (!result)
        throw timed_out();
    if constexpr (!std::is_void_v<T>)
        co_return std::move(*result);
}
