#include "../task_group.hpp"

#include <iterator>
#include <string>
#include <utility>

static std::string text(const std::vector<std::exception_ptr>& all) {
    std::string joined;
    for (const std::exception_ptr& one : all)
        try {
            std::rethrow_exception(one);
        } catch (const std::exception& error) {
            joined += (joined.empty() ? "" : "; ") + std::string(error.what());
        } catch (...) {
            joined +=
                (joined.empty() ? "" : "; ") + std::string("unknown error");
        }
    return joined;
}

group_error::group_error(std::vector<std::exception_ptr> all)
    : std::runtime_error(text(all)), errors(std::move(all)) {}

void task_group::spawn(task<void> body, const char* name) {
    body.must_be_there();
    member& added = members_.emplace_back(*this, std::move(body));
    added.self = std::prev(members_.end());
    added.name = name;
    added.cancel_requested = is_cancelled_;
    added.body.start(&added);
}

void task_group::cancel() {
    if (std::exchange(is_cancelled_, true))
        return;
    for (member& one : members_)
        one.cancel();
}

void task_group::member::ended(std::exception_ptr error) {
    group.member_ended(*this, std::move(error));
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

void task_group::member_ended(member& one, std::exception_ptr error) {
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

//> in_group
task<void> in_group(group_body body) {
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

task<void> in_group_or_first_error(group_body body) {
    try {
        co_await in_group(body);
    } catch (const group_error& all) {
        std::rethrow_exception(all.errors.front());
    }
}
