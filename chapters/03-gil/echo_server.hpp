// A server in bytecode, beside threads that compute; all share a GIL.
#pragma once

#include "countdown.hpp"

#include "common/check.hpp"

#include <sys/socket.h>

#include <cstdint>

// while number = receive():
//     for i in range(work): pass   # what CPython does beside: see README.md
//     send(number + 1)
// clang-format off
inline bytecode echo(std::int64_t work) {
    return {
        {op::push, 0},    {op::call, 0},          {op::store, 0},
        {op::load, 0},    {op::jump_if_zero, 20}, // while number:
        {op::push, work}, {op::store, 2},
        {op::load, 2},    {op::jump_if_zero, 14}, // while i:
        {op::load, 2},    {op::push, 1},          {op::subtract}, {op::store, 2},
        {op::jump_back, 7},
        {op::load, 0},    {op::push, 1},          {op::add},      {op::call, 1},
        {op::store, 1},   {op::jump_back, 0},
        {op::load, 0},    {op::end},
    };
}
// clang-format on

// Calls body(flags) without the lock. With `keep`, it first tries with the
// lock, and lets it go only if the call would have blocked: CPython does not.
template<class Gil, class Body>
std::int64_t socket_call(Gil& gil, bool keep, const Body& body) {
    std::int64_t returned = keep ? body(MSG_DONTWAIT) : -1;
    if (!keep || (returned == -1 && errno == EAGAIN))
        // Checked at once: errno would be lost while we wait for the lock.
        without_gil(gil,
                    [&] { returned = check(body(0), "a call of a socket"); });
    return check(returned, "a call of a socket");
}

// Answers until the client is gone; `work` steps of bytecode for each answer.
// `workers` threads count down meanwhile.
template<class Gil>
void serve_echoes(Gil& gil, int client, std::int64_t work, std::int64_t workers,
                  bool keep) {
    const auto computing = start_computing(gil, workers);
    const native receive = [&](std::int64_t) {
        std::int64_t number = 0; // and stays so when the client is gone
        socket_call(gil, keep, [&](int flags) {
            return ::recv(client, &number, sizeof number, flags);
        });
        return number;
    };
    const native send = [&](std::int64_t number) {
        return socket_call(gil, keep, [&](int flags) {
            return ::send(client, &number, sizeof number, flags | MSG_NOSIGNAL);
        });
    };
    with_gil(gil, [&] {
        interpreter(gil, {receive, send}).run(echo(work), 0);
    });
}
