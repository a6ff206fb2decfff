#include "../echo_load.hpp"

#include "../process_memory.hpp"

#include "common/check.hpp"
#include "common/cli.hpp"
#include "common/stopwatch.hpp"

#include <fmt/core.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <numeric>
#include <queue>
#include <string>

double used_ms(pid_t pid) {
    clockid_t clock = 0;
    double sum = ::clock_getcpuclockid(pid, &clock) == 0 ? cpu_ms(clock) : 0;
    std::ifstream children(fmt::format("/proc/{0}/task/{0}/children", pid));
    for (pid_t child = 0; children >> child;)
        sum += used_ms(child);
    return sum;
}

std::int64_t kernel_kib() {
    std::ifstream file("/proc/meminfo");
    std::int64_t sum = 0, one = 0;
    for (std::string word; file >> word;)
        if ((word == "KernelStack:" || word == "PageTables:"
             || word == "SUnreclaim:")
            && file >> one)
            sum += one;
    return sum;
}

void ask(const descriptor& connection, std::int64_t number) {
    check(::send(connection.get(), &number, sizeof number, MSG_NOSIGNAL),
          "send");
    std::vector<pollfd> ends = {{connection.get(), POLLIN, 0}};
    wait_for(ends);
    std::int64_t answer = -1;
    const ssize_t size =
        ::recv(connection.get(), &answer, sizeof answer, MSG_WAITALL);
    if (size != sizeof answer || answer != number)
        throw std::runtime_error(
            fmt::format("connection {}: the server {}", number + 1,
                        size <= 0 ? "hung up" : "answered wrongly"));
}

std::vector<double> ask(const std::vector<descriptor>& connections,
                        const echo_job& job) {
    const descriptor poller(
        check(::epoll_create1(EPOLL_CLOEXEC), "epoll_create1"));
    std::vector<stopwatch> sent(connections.size());
    std::queue<std::size_t> idle;
    for (std::size_t i = 0; i < connections.size(); ++i) {
        idle.push(i);
        epoll_event event = {};
        event.events = EPOLLIN;
        event.data.u64 = i;
        check(::epoll_ctl(poller.get(), EPOLL_CTL_ADD, connections[i].get(),
                          &event),
              "epoll_ctl");
    }
    std::int64_t begun = 0;
    std::vector<std::int64_t> asked(connections.size());
    const auto send_next = [&] {
        const std::size_t i = idle.front();
        idle.pop();
        asked[i] = begun++;
        sent[i] = stopwatch();
        check(::send(connections[i].get(), &asked[i], sizeof asked[i],
                     MSG_NOSIGNAL),
              "send");
    };
    // At most one a connection.
    const auto most = std::min({job.outstanding, job.requests,
                                static_cast<std::int64_t>(connections.size())});
    while (begun < most)
        send_next();
    std::vector<double> us;
    std::array<epoll_event, 64> events;
    while (static_cast<std::int64_t>(us.size()) < job.requests) {
        const int count = ::epoll_wait(poller.get(), events.data(),
                                       static_cast<int>(events.size()), 10'000);
        throw_if_stopped();
        if (count == -1 && errno == EINTR)
            continue;
        if (check(count, "epoll_wait") == 0)
            throw std::runtime_error("no answer within 10 s");
        for (int i = 0; i < count; ++i) {
            const auto which = events[static_cast<std::size_t>(i)].data.u64;
            std::int64_t number = -1;
            if (::recv(connections[which].get(), &number, sizeof number,
                       MSG_WAITALL)
                    != sizeof number
                || number != asked[which])
                throw std::runtime_error("hung up, or a wrong answer");
            us.push_back(1e6 * sent[which].seconds());
            idle.push(which);
            if (begun < job.requests)
                send_next();
        }
    }
    return us;
}

int measure(const echo_job& job, const local_server& server,
            std::int64_t before) {
    const stopwatch opening;
    std::vector<descriptor> connections;
    for (std::int64_t i = 0; i < job.connections; ++i) {
        connections.push_back(connect_to(server.port()));
        // Once each, so that it is served by now.
        ask(connections.back(), i);
    }
    fmt::print("opening_s: {:.2f}\n", opening.seconds());
    fmt::print("server_kib: {}\n", memory_kib(server.pid()));
    fmt::print("kernel_kib: {}\n", kernel_kib() - before);
    const double used = used_ms(server.pid());
    const stopwatch clock;
    std::vector<double> us = ask(connections, job);
    const double seconds = clock.seconds();
    fmt::print("requests_per_s: {:.0f}\n", double(job.requests) / seconds);
    fmt::print("server_cpu_us: {:.1f}\n", // a request
               1e3 * (used_ms(server.pid()) - used) / double(job.requests));
    fmt::print("mean_us: {:.1f}\n",
               std::accumulate(us.begin(), us.end(), 0.0) / double(us.size()));
    std::sort(us.begin(), us.end());
    fmt::print("p50_us: {:.0f}\np99_us: {:.0f}\n", us[us.size() / 2],
               us[us.size() * 99 / 100]);
    return finish(static_cast<std::int64_t>(us.size()), job.requests);
}

int run_echo(const char* program, const char* what, int argc, char** argv,
             const std::function<void(int)>& serve) {
    echo_job job;
    cli(program, what)
        // Each needs a port of the client, of which there are some 28,000.
        .number("connections", job.connections, 1, 28'000, "that stay open")
        .number("requests", job.requests, 1, 1'000'000'000, "in all")
        .number("outstanding", job.outstanding, 1, 100'000,
                "requests on their way at any moment")
        .parse(argc, argv);
    fmt::print("{} connections, {} requests, {} at a time\n", job.connections,
               job.requests, std::min(job.outstanding, job.connections));
    stop_on_signals();
    allow_descriptors(job.connections + 50);
    const std::int64_t before = kernel_kib();
    local_server server(serve);
    try {
        return measure(job, server, before);
    } catch (const std::runtime_error&) {
        server.must_live(std::chrono::milliseconds(1000)); // or says why not
        throw;
    }
}
