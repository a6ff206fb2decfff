// Two tasks that use one connection at the same time. Each asks for a hundred
// numbers of its own, and looks whether the answer is its number.
#pragma once

#include "async_postgres.hpp"
#include "frames.hpp"
#include "task_group.hpp"

#include "common/cli.hpp"

#include <fmt/core.h>

struct two_uses_answers {
    std::int64_t right = 0, wrong = 0, refused = 0;
};

// `ask(db, number)` is a task<std::string>, the text that the server answered.
template<class Ask>
task<void> ask_hundred(async_connection& db, std::int64_t first, Ask& ask,
                       two_uses_answers& answers) {
    for (std::int64_t number = first; number < first + 100; ++number)
        try {
            const std::string text = co_await ask(db, number);
            ++(text == std::to_string(number) ? answers.right : answers.wrong);
        } catch (const pg_error& error) {
            if (!error.sqlstate.empty()) // that is another error
                throw;
            ++answers.refused;
        }
}

template<class Ask>
task<two_uses_answers> ask_from_two(async_connection& db, Ask& ask) {
    two_uses_answers answers;
    auto body = [&](task_group& group) -> task<void> {
        group.spawn(ask_hundred(db, 1000, ask, answers), "asks");
        group.spawn(ask_hundred(db, 2000, ask, answers), "asks, too");
        co_return;
    };
    co_await in_group_or_first_error(body);
    co_return answers;
}

inline void print_two_uses(const two_uses_answers& answers) {
    fmt::print("right: {}\nwrong: {}\nrefused: {}\n", answers.right,
               answers.wrong, answers.refused);
    print_coroutine_frames();
}
