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

#include <list>
#include <string>

// What the tasks of a group have thrown, in this order; one at least.
struct group_error : std::runtime_error {
    explicit group_error(std::vector<std::exception_ptr> all)
        : std::runtime_error(text(all)), errors(std::move(all)) {}
    std::vector<std::exception_ptr> errors;

  private:
    static std::string text(const std::vector<std::exception_ptr>& all) {
        std::string joined;
        for (const std::exception_ptr& one : all)
            try {
                std::rethrow_exception(one);
            } catch (const std::exception& error) {
                joined +=
                    (joined.empty() ? "" : "; ") + std::string(error.what());
            } catch (...) {
                joined +=
                    (joined.empty() ? "" : "; ") + std::string("unknown error");
            }
        return joined;
    }
};

class task_group {
  public:
    task_group(const task_group&) = delete;

    // It begins when its turn comes, or never if the group is cancelled by
    // then. `name` must live as long as the loop: a literal.
    void spawn(task<void> body, const char* name = "task") {
        body.must_be_there();
        member& added = members_.emplace_back(*this, std::move(body));
        added.self = std::prev(members_.end());
        added.name = name;
        added.cancel_requested = is_cancelled_;
        added.body.start(&added);
    }
    // All of them, the body and those too that are still to be spawned. Once:
    // who cleans up is not disturbed.
    void cancel() {
        if (std::exchange(is_cancelled_, true))
            return;
        for (member& one : members_)
            one.cancel();
    }

  private:
    task_group() = default;
    template<class Body>
    friend task<void> in_group(Body& body);

    struct member final : running_task {
        member(task_group& all, task<void> what)
            : group(all), body(std::move(what)) {}
        void ended(std::exception_ptr error) override {
            group.member_ended(*this, std::move(error));
        }
        bool is_body = false; // of the group
        task_group& group;
        task<void> body;
        std::list<member>::iterator self;
    };
    void member_ended(member& one, std::exception_ptr error) {
        const bool was_body = one.is_body;
        members_.erase(one.self); // and its frame
        if (error && !is_cancellation(error)) {
            errors_.push_back(std::move(error));
            cancel();
        } else if (error && was_body && !is_cancelled_) {
            body_gave_up_ = true; // it has thrown `cancelled` by itself
            cancel();
        }
        if (members_.empty())
            ended_.set();
    }
    static bool is_cancellation(const std::exception_ptr& error) {
        try {
            std::rethrow_exception(error);
        } catch (const cancelled&) {
            return true;
        } catch (...) {
            return false;
        }
    }

    std::list<member> members_; // that have not ended
    std::vector<std::exception_ptr> errors_;
    bool is_cancelled_ = false, body_gave_up_ = false;
    async_event ended_; // all of them
};

//> in_group
// Runs body(group), and waits for it and all that the group has got.
template<class Body>
task<void> in_group(Body& body) {
    task_group group;
    group.spawn(body(group), "body of a group");
    group.members_.back().is_body = true;
    bool we_are_cancelled = false;
    while (!group.members_.empty())
        try {
            group.ended_.clear(); // one may have been spawned since it was set
            co_await group.ended_.wait();
        } catch (const cancelled&) {
            we_are_cancelled = true;
            group.cancel();
        }
    if (!group.errors_.empty()) {
        if (we_are_cancelled) // that is not forgotten: our next wait throws it
            ready_frames->current->cancel_requested = true;
        throw group_error(std::move(group.errors_));
    }
    if (we_are_cancelled || group.body_gave_up_)
        throw cancelled{};
}
//< in_group

// in_group(), but throws the first of the errors as it is: for who has to know
// of which kind it is.
template<class Body>
task<void> in_group_or_first_error(Body& body) {
    try {
        co_await in_group(body);
    } catch (const group_error& all) {
        std::rethrow_exception(all.errors.front());
    }
}
