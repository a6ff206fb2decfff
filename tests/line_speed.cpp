// line_speed: how many messages a second delay_line passes on, for so many
// connections that each send one and wait for it to come back. See speed.md.
#include "01-processes/messages.hpp"
#include "05-io-bound/delay_line.hpp"

#include "01-processes/process.hpp"
#include "common/cli.hpp"
#include "common/stopwatch.hpp"
#include "temporary_directory.hpp"

static descriptor unix_socket() {
    return descriptor(
        check(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket"));
}

static descriptor poller_of(const std::vector<descriptor>& all) {
    descriptor poller(check(::epoll_create1(EPOLL_CLOEXEC), "epoll_create1"));
    for (const descriptor& one : all) {
        epoll_event event = {};
        event.events = EPOLLIN;
        event.data.fd = one.get();
        check(::epoll_ctl(poller.get(), EPOLL_CTL_ADD, one.get(), &event),
              "epoll_ctl");
    }
    return poller;
}

// Sends back what comes, `count` times.
static void echo(const std::vector<descriptor>& all, std::int64_t count) {
    const descriptor poller = poller_of(all);
    std::array<epoll_event, 64> events;
    std::array<char, 256> bytes;
    while (count > 0) {
        const int ready =
            check(::epoll_wait(poller.get(), events.data(), 64, -1), "wait");
        for (int i = 0; i < ready; ++i, --count) {
            const int fd = events[static_cast<std::size_t>(i)].data.fd;
            const ssize_t size = ::recv(fd, bytes.data(), bytes.size(), 0);
            if (size <= 0)
                return;
            ::send(fd, bytes.data(), static_cast<std::size_t>(size),
                   MSG_NOSIGNAL);
        }
    }
}

int main(int argc, char** argv) try {
    std::int64_t connections = 200, messages = 400'000;
    cli("line_speed", "Messages through delay_line.")
        .number("connections", connections, 1, 10'000, "at the same time")
        .number("messages", messages, 1, 1'000'000'000, "there and back")
        .parse(argc, argv);
    fmt::print("{} connections, {} messages\n", connections, messages);
    const temporary_directory place;
    const std::string near = place.path / "near", far = place.path / "far";
    const descriptor listening = unix_socket();
    const sockaddr_un name = unix_address(far);
    check(::bind(listening.get(), reinterpret_cast<const sockaddr*>(&name),
                 sizeof name),
          far);
    check(::listen(listening.get(), 1024), "listen");
    const auto [never, writer] = socket_pair();
    const process line([&, end = never.get()] {
        delay_line(near, far, std::chrono::microseconds(0))
            .run_until_readable(end);
        return 0;
    });
    const process server([&] {
        std::vector<descriptor> all;
        for (std::int64_t i = 0; i < connections; ++i)
            all.emplace_back(
                check(::accept(listening.get(), nullptr, nullptr), "accept"));
        echo(all, messages);
        return 0;
    });
    const sockaddr_un to = unix_address(near);
    std::vector<descriptor> all;
    for (std::int64_t i = 0; i < connections; ++i) {
        all.push_back(unix_socket());
        while (::connect(all.back().get(),
                         reinterpret_cast<const sockaddr*>(&to), sizeof to)
               == -1) // it is not listening yet
            ::usleep(1000);
    }
    const stopwatch clock;
    for (const descriptor& one : all)
        check(::send(one.get(), "a message of some forty bytes, as a row's.",
                     40, MSG_NOSIGNAL),
              "send");
    echo(all, messages - connections);
    fmt::print("messages_per_s: {:.0f}\n",
               2 * double(messages) / clock.seconds());
    print_last("done");
    return 0;
} catch (...) {
    return failed("line_speed");
}
