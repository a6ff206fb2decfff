// What the servers that have a task for each connection have in common.
#pragma once

#include "async_socket.hpp"
#include "task_group.hpp"

#include "05-io-bound/echo_load.hpp"

#include <fcntl.h>

//> accept
// A task of echo() for each client, until one fails for lack of something.
inline task<void> accept_all(const descriptor& listening,
                             task<void> (*echo)(descriptor)) {
    auto body = [&](task_group& clients) -> task<void> {
        for (;;)
            clients.spawn(echo(co_await async_accept(listening)));
    };
    co_await in_group(body);
}
//< accept

// Runs serve(listening) in a loop; it must not end.
template<class Serve>
[[noreturn]] void serve_in_loop(int listening, Serve serve) {
    check(::fcntl(listening, F_SETFL, O_NONBLOCK), "fcntl");
    const descriptor own(check(::dup(listening), "dup"));
    event_loop().run(serve(own));
    throw std::logic_error("the server has ended");
}

// The whole of such a program.
inline int run_echo_tasks(const char* program, const char* what, int argc,
                          char** argv, task<void> (*echo)(descriptor)) {
    return run_echo(program, what, argc, argv, [echo](int listening) {
        serve_in_loop(listening, [echo](const descriptor& own) {
            return accept_all(own, echo);
        });
    });
}
