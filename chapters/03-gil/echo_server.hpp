// A server in bytecode, beside threads that compute; all share a GIL.
#pragma once

#include "countdown.hpp"

#include "common/check.hpp"

#include <sys/socket.h>

#include <atomic>
#include <cstdint>
#include <thread>
#include <vector>

//> server
// while number = receive():
//     for i in range(work): pass   # what CPython does beside: see README.md
//     send(number + 1)
inline bytecode echo(std::int64_t work) {
    return {
        {op::push, 0},
        {op::call, 0},
        {op::store, 0},
        {op::load, 0},
        {op::jump_if_zero, 20}, // while number:
        {op::push, work},
        {op::store, 2},
        {op::load, 2},
        {op::jump_if_zero, 14}, // while i:
        {op::load, 2},
        {op::push, 1},
        {op::subtract},
        {op::store, 2},
        {op::jump_back, 7},
        {op::load, 0},
        {op::push, 1},
        {op::add},
        {op::call, 1},
        {op::store, 1},
        {op::jump_back, 0},
        {op::load, 0},
        {op::end},
    };
}
//< server

// Calls body(flags) without the lock. With `keep`, it first tries with the
// lock, and lets it go only if the call would have blocked: CPython does not.
template<class Gil, class Body>
std::int64_t socket_call(Gil& gil, bool keep, const Body& body) {
    std::int64_t returned = -1;
    errno = EAGAIN;
    if (keep)
        returned = body(MSG_DONTWAIT);
    if (returned == -1 && errno == EAGAIN)
        releasing(gil, [&] {
            // Its errno would be lost while we wait for the lock.
            returned = check(body(0), "a call of a socket");
        });
    return check(returned, "a call of a socket");
}

// Answers until the client is gone; `work` steps of bytecode for each answer.
// `workers` threads count down meanwhile.
template<class Gil>
void serve_echoes(Gil& gil, int client, std::int64_t work, std::int64_t workers,
                  bool keep) {
    std::atomic<bool> stop = false;
    std::vector<std::jthread> computing;
    computing.reserve(static_cast<std::size_t>(workers));
    for (std::int64_t w = 0; w < workers; ++w)
        computing.emplace_back([&] {
            holding(gil, [&] {
                interpreter machine(gil);
                while (!stop)
                    machine.run(countdown, 10'000);
            });
        });
    //> natives
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
    //< natives
    try {
        holding(gil, [&] {
            interpreter(gil, {receive, send}).run(echo(work), 0);
        });
    } catch (...) {
        stop = true; // or nobody would end
        throw;
    }
    stop = true;
}
