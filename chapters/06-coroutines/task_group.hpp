// Tasks that run beside each other, and a block that ends when all have ended.
//
//     int shared = 0; // what the tasks share stands before the body, not in it
//     auto body = [](task_group& group) -> task<void> {
//         for (int i = 0; i < 10; ++i)
//             group.spawn(greet(i));
//         co_return;
//     };
//     co_await in_group(body);
//
// - in_group() waits for the body and for all that were spawned, whatever
//   happens: no task outlives its group.
// - The body's own variables are gone when it ends, and its tasks may live
//   longer: what they share belongs to who awaits in_group().
// - The first that fails cancels all the others, once. When all have ended, the
//   errors come out together, as a group_error.
// - If in_group() itself is cancelled, it cancels all, waits for them, and then
//   throws `cancelled`; or the group_error, if there was an error as well, and
//   the next wait throws `cancelled`.
//
// Source: Python's asyncio.TaskGroup, which got it from Nathaniel Smith's
// "Notes on structured concurrency", 2018.
#pragma once

#include "async_event.hpp"
#include "task.hpp"

#include <concepts>
#include <list>
#include <stdexcept>
#include <type_traits>
#include <vector>

// What the tasks of a group have thrown, in this order; one at least.
struct group_error : std::runtime_error {
    explicit group_error(std::vector<std::exception_ptr> all);
    std::vector<std::exception_ptr> errors;
};

class task_group;

// Any variable that can be called with a task_group, and returns a task<void>.
// Not a temporary, which would be gone while its tasks run.
class group_body {
  public:
    template<class Body>
    requires(!std::same_as<std::remove_const_t<Body>, group_body>)
        group_body(Body& body)
        : body_(&body), call_([](const void* it, task_group& group) {
              return (*static_cast<Body*>(const_cast<void*>(it)))(group);
          }) {}
    task<void> operator()(task_group& group) const {
        return call_(body_, group);
    }

  private:
    const void* body_;
    task<void> (*call_)(const void*, task_group&);
};

class task_group {
  public:
    task_group(const task_group&) = delete;

    // It begins when its turn comes, or never if the group is cancelled by
    // then. `name` must live as long as the loop: a literal.
    void spawn(task<void> body, const char* name = "task");
    // All of them, the body and those too that are still to be spawned. Once:
    // who cleans up is not disturbed.
    void cancel();

  private:
    task_group() = default;
    friend task<void> in_group(group_body body);

    struct member final : running_task {
        member(task_group& all, task<void> what)
            : group(all), body(std::move(what)) {}
        void ended(std::exception_ptr error) override;
        bool is_body = false; // of the group
        task_group& group;
        task<void> body;
        std::list<member>::iterator self;
    };
    void member_ended(member& one, std::exception_ptr error);

    std::list<member> members_; // that have not ended
    std::vector<std::exception_ptr> errors_;
    bool is_cancelled_ = false, body_gave_up_ = false;
    async_event ended_; // all of them
};

// Runs body(group), and waits for it and all that the group has got.
task<void> in_group(group_body body);

// The same, but throws the first of the errors as it is: for who has to know of
// which kind it is.
task<void> in_group_or_first_error(group_body body);
