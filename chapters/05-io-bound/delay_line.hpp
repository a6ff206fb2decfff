// What lies between a client and its server when they are far apart: every
// byte arrives, in order, half a round trip after it was sent, however many
// are on their way.
//
// It does not sleep half a round trip for each message. Ten messages that were
// sent at once would then arrive one after the other: that is a line that is
// narrow, not one that is long. Instead each piece that comes in is due at a
// time of its own, and goes into one queue. As the delay is the same for all,
// the queue is in the order of these times, and one thread serves everybody:
// it waits until the first piece is due, or another one comes in.
//
// Source: Linux does this in the kernel, for a network: tc-netem(8).
#pragma once

#include "message_counter.hpp"

#include "common/check.hpp"
#include "common/descriptor.hpp"

#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// A socket's name in the file system, as the kernel wants it. Throws if it is
// longer than the kernel can take, which is 107 bytes.
inline sockaddr_un unix_address(const std::string& path) {
    sockaddr_un address = {};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof address.sun_path)
        throw std::runtime_error(path + ": too long for the name of a socket");
    path.copy(address.sun_path, path.size());
    return address;
}

// What happens to one connection: that of this number, or the first that gets
// so far.
struct line_fault {
    bool cut = true;         // else it passes on nothing any more: it is deaf
    bool from_client = true; // the direction in which it counts ...
    bool messages = true;    // ... PostgreSQL's messages, else bytes
    std::int64_t number = 1; // just before this one
    char only = 0;           // of the messages of this kind; 0: of all
    std::int64_t connection = 0; // 1: the first to connect; 0: any
};

class delay_line {
  public:
    // Whoever connects to the socket `here` talks to the socket `there`.
    delay_line(const std::string& here, const std::string& there,
               std::chrono::microseconds round_trip,
               std::optional<line_fault> fault = {})
        : there_(unix_address(there)), delay_(round_trip / 2), fault_(fault),
          poller_(check(::epoll_create1(EPOLL_CLOEXEC), "epoll_create1")),
          listening_(new_socket(SOCK_NONBLOCK)) {
        const sockaddr_un name = unix_address(here);
        check(::bind(listening_.get(), reinterpret_cast<const sockaddr*>(&name),
                     sizeof name),
              here);
        check(::listen(listening_.get(), 1024), "listen");
        watch(EPOLL_CTL_ADD, listening_.get(), EPOLLIN, nullptr);
        // Or the kernel would let us sleep 50 us longer than we ask for.
        check(::prctl(PR_SET_TIMERSLACK, 1UL), "prctl");
    }

    //> loop
    // Serves until the descriptor `end` is readable. Throws stopped_by_signal.
    void run_until_readable(int end) {
        bool ended = false;
        watch(EPOLL_CTL_ADD, end, EPOLLIN, &ended);
        if (stop_event != -1)
            watch(EPOLL_CTL_ADD, stop_event, EPOLLIN, &ended);
        while (!ended) {
            while (!pieces_.empty() && pieces_.front().due <= clock::now()) {
                deliver(pieces_.front());
                pieces_.pop_front();
            }
            std::array<epoll_event, 64> events;
            const std::size_t count = wait(events);
            for (std::size_t i = 0; i < count; ++i)
                if (void* which = events[i].data.ptr; which == nullptr)
                    accept_one();
                else if (which == &ended)
                    ended = true;
                else
                    serve(*static_cast<side*>(which), events[i].events);
            std::erase_if(connections_,
                          [](const auto& one) { return one->closed; });
        }
        throw_if_stopped();
    }
    //< loop

  private:
    using clock = std::chrono::steady_clock;
    struct connection;
    struct side {
        connection* of = nullptr;
        side* other = nullptr;
        descriptor socket;
        message_counter messages{true};
        std::int64_t bytes = 0;     // that came from here so far
        std::size_t on_the_way = 0; // of them, not yet at the other side
        std::string unsent;         // due here, but the socket has no room
        std::uint32_t watched = EPOLLIN;
        bool ended = false;   // nothing comes from here any more ...
        bool deleted = false; // ... and epoll does not watch it any more
        bool hang_up = false; // nothing comes for it after `unsent`
    };
    struct connection : std::enable_shared_from_this<connection> {
        std::int64_t number = 0;   // from 1, in the order of their coming
        std::array<side, 2> sides; // the client's, the server's
        bool deaf = false, closed = false;
    };
    struct piece {
        clock::time_point due;
        std::shared_ptr<connection> of; // is there until this has arrived
        side* to;
        std::string bytes; // none: the connection ends here
    };

    // More than this on its way, and we read no more from there until some has
    // arrived: memory has an end. At 5 ms it lets 3 GB a second pass.
    static constexpr std::size_t most_on_the_way = 8 << 20;

    static descriptor new_socket(int flags) {
        return descriptor(
            check(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | flags, 0),
                  "socket"));
    }

    void watch(int operation, int fd, std::uint32_t events, void* which) {
        epoll_event event = {};
        event.events = events;
        event.data.ptr = which;
        check(::epoll_ctl(poller_.get(), operation, fd, &event), "epoll_ctl");
    }

    // Waits for events, at most until the first piece is due; their number.
    std::size_t wait(std::array<epoll_event, 64>& events) {
        timespec left = {};
        if (!pieces_.empty()) {
            const std::chrono::nanoseconds ns = std::max(
                clock::duration(0), pieces_.front().due - clock::now());
            left.tv_sec = ns.count() / 1'000'000'000;
            left.tv_nsec = ns.count() % 1'000'000'000;
        }
        const int count = ::epoll_pwait2(
            poller_.get(), events.data(), static_cast<int>(events.size()),
            pieces_.empty() ? nullptr : &left, nullptr);
        if (count == -1 && errno == EINTR)
            return 0;
        return static_cast<std::size_t>(check(count, "epoll_pwait2"));
    }

    void accept_one() {
        descriptor client(::accept4(listening_.get(), nullptr, nullptr,
                                    SOCK_NONBLOCK | SOCK_CLOEXEC));
        if (client.get() == -1) {
            if (errno == EAGAIN || errno == ECONNABORTED)
                return;            // it has gone already
            throw_errno("accept"); // or it would stay ready, and we spin
        }
        descriptor server = new_socket(0);
        if (::connect(server.get(), reinterpret_cast<const sockaddr*>(&there_),
                      sizeof there_)
            == -1)
            return; // the client sees that nobody is there
        check(::fcntl(server.get(), F_SETFL, O_NONBLOCK), "fcntl");
        const auto& one =
            connections_.emplace_back(std::make_shared<connection>());
        one->number = ++accepted_;
        one->sides[0].socket = std::move(client);
        one->sides[1].socket = std::move(server);
        const char only = fault_ ? fault_->only : '\0';
        one->sides[0].messages = message_counter(true, only);
        one->sides[1].messages = message_counter(false, only);
        for (std::size_t i = 0; i < 2; ++i) {
            one->sides[i].of = one.get();
            one->sides[i].other = &one->sides[1 - i];
            watch(EPOLL_CTL_ADD, one->sides[i].socket.get(), EPOLLIN,
                  &one->sides[i]);
        }
    }

    void serve(side& one, std::uint32_t events) {
        if (one.of->closed)
            return; // by what came before in the same wait
        if ((events & EPOLLOUT) != 0)
            send_unsent(one);
        else
            receive(one);
    }

    //> receive
    void receive(side& from) {
        std::array<char, 65'536> room;
        const ssize_t size =
            ::recv(from.socket.get(), room.data(), room.size(), 0);
        if (size == -1 && errno == EAGAIN)
            return;
        // An error is an end, too.
        from.ended = size <= 0;
        std::string_view bytes(room.data(),
                               from.ended ? 0 : static_cast<std::size_t>(size));
        const bool faulty = meets_fault(from, bytes); // and shortens them
        if (!bytes.empty() && !from.of->deaf)
            put(from, bytes);
        if (from.ended || (faulty && fault_->cut))
            put(from, "");
        if (faulty) {
            from.of->deaf = true; // no more comes through, cut or not
            fault_.reset();       // only one connection
        }
        watch_again(from);
    }

    void put(side& from, std::string_view bytes) {
        from.on_the_way += bytes.size();
        pieces_.push_back({clock::now() + delay_, from.of->shared_from_this(),
                           from.other, std::string(bytes)});
    }
    //< receive

    // Does the fault strike within these bytes? Then they end before it.
    bool meets_fault(side& from, std::string_view& bytes) {
        if (!fault_ || fault_->from_client != (&from == &from.of->sides[0])
            || (fault_->connection != 0
                && fault_->connection != from.of->number))
            return false;
        const std::size_t before =
            fault_->messages
                ? from.messages.bytes_before(fault_->number, bytes)
                : static_cast<std::size_t>(fault_->number - 1 - from.bytes);
        from.bytes += static_cast<std::int64_t>(bytes.size());
        if (before >= bytes.size())
            return false;
        bytes = bytes.substr(0, before);
        return true;
    }

    void deliver(const piece& next) {
        if (next.of->closed)
            return;
        next.to->hang_up = next.bytes.empty();
        next.to->unsent += next.bytes;
        send_unsent(*next.to);
    }

    void send_unsent(side& to) {
        while (!to.unsent.empty()) {
            const ssize_t sent = ::send(to.socket.get(), to.unsent.data(),
                                        to.unsent.size(), MSG_NOSIGNAL);
            if (sent == -1 && errno == EAGAIN)
                break; // epoll tells when there is room
            if (sent == -1)
                return close(*to.of); // nobody is there any more
            to.unsent.erase(0, static_cast<std::size_t>(sent));
            to.other->on_the_way -= static_cast<std::size_t>(sent);
        }
        if (to.hang_up && to.unsent.empty())
            return close(*to.of);
        watch_again(to);
        watch_again(*to.other);
    }

    // As PostgreSQL and its clients do, we take the end of one direction for
    // that of both.
    void close(connection& one) {
        one.closed = true;
        for (side& each : one.sides)
            each.socket.close();
    }

    // Asks epoll for what we can use now. A side that has ended is not asked
    // any more, for it would be ready all the time.
    void watch_again(side& one) {
        std::uint32_t wanted = one.unsent.empty() ? 0u : EPOLLOUT;
        if (!one.ended && one.on_the_way <= most_on_the_way)
            wanted |= EPOLLIN;
        if (one.ended && !one.deleted) {
            watch(EPOLL_CTL_DEL, one.socket.get(), 0, nullptr);
            one.deleted = true;
        } else if (!one.ended && wanted != one.watched) {
            watch(EPOLL_CTL_MOD, one.socket.get(), wanted, &one);
            one.watched = wanted;
        }
    }

    const sockaddr_un there_;
    const std::chrono::microseconds delay_;
    std::optional<line_fault> fault_;
    const descriptor poller_, listening_;
    std::int64_t accepted_ = 0;
    std::vector<std::shared_ptr<connection>> connections_;
    std::deque<piece> pieces_; // on their way, in the order of arrival
};
