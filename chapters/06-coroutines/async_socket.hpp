// Calls on sockets that wait: in a task, and so without keeping the thread.
//
//     const descriptor server = co_await async_connect_to(port);
//     co_await async_send_all(server, "hello");
//     const std::size_t size = co_await async_receive(server, bytes);
//
// Each tries at once, and waits for the loop only if it would have to. All
// throw std::system_error where the call itself says no, and `cancelled` if the
// task is cancelled, even if it need not wait: so a limit also holds against
// who sends without end. Nothing is received then, but a part of a text may
// have been sent.
//
// Source: socket(7), connect(2), accept(2).
#pragma once

#include "event_loop.hpp"

#include "common/descriptor.hpp"

#include <cstdint>
#include <span>
#include <string_view>

// Before each call that may not have to wait. Every 64th time it is a wait all
// the same: or a task whose socket is always ready would keep the others from
// their turn.
class [[nodiscard]] socket_turn : public event_loop::timer {
  public:
    [[nodiscard]] socket_turn() : timer(event_loop::clock::time_point::min()) {}
    bool await_ready() const {
        return ++calls_ % 64 != 0 && !ready_frames->current->cancel_requested;
    }

  private:
    static inline constinit thread_local unsigned calls_ = 0;
};

// What has come by now, at most as much as there is room for; 0: the other side
// has hung up. Throws std::invalid_argument for no room.
task<std::size_t> async_receive(const descriptor& from, std::span<char> room);

// All of it: if the other side does not read, this waits.
task<void> async_send_all(const descriptor& to, std::string_view text);

// Has it to do with this one client only? Then the next one can be accepted.
// Source: accept(2), "Error handling".
bool is_clients_error(int error);

// The next client. `listening` must not block (O_NONBLOCK), for of two who
// accept from it one may find that the other was faster.
task<descriptor> async_accept(const descriptor& listening);

// The socket is closed if this fails, or is cancelled.
task<descriptor> async_connect_to(std::uint16_t port);
