// prefork_server: a server of sequential code that uses all cores. Its workers
// are forked before the first client comes, and all accept from one socket. A
// worker that is killed is replaced, and its client asks again.
//
//     build/bin/prefork_server --workers 2 --requests 1000 --kills 1
#include "common/cli.hpp"
#include "common/stopwatch.hpp"
#include "common/workers.hpp"
#include "pipe_queue.hpp"
#include "primes.hpp"
#include "process.hpp"

#include <sys/socket.h>
#include <sys/un.h>

//> worker
// Knows of one client at a time. The kernel gives each connection to one of
// those that wait in accept().
static int serve(int listening) {
    for (;;) {
        const descriptor client(
            check(::accept(listening, nullptr, nullptr), "accept"));
        std::uint64_t number = 0;
        if (::recv(client.get(), &number, sizeof number, MSG_WAITALL)
            != sizeof number)
            continue; // it went away
        const char answer = is_prime(number) ? 'y' : 'n';
        ::send(client.get(), &answer, 1, MSG_NOSIGNAL);
    }
}
//< worker

// Asks until there is an answer: a request may reach a worker that dies.
static bool ask(const sockaddr_un& address, socklen_t length,
                std::uint64_t number) {
    for (char answer = 0;;) {
        const descriptor server(
            check(::socket(AF_UNIX, SOCK_STREAM, 0), "socket"));
        check(::connect(server.get(),
                        reinterpret_cast<const sockaddr*>(&address), length),
              "connect");
        ::send(server.get(), &number, sizeof number, MSG_NOSIGNAL);
        if (::recv(server.get(), &answer, 1, 0) == 1)
            return answer == 'y';
    }
}

int main(int argc, char** argv) try {
    std::int64_t workers = default_workers(), requests = 400, kills = 1;
    cli("prefork_server", "Serves requests from several processes.")
        .number("workers", workers, 1, 1024, "processes")
        .number("requests", requests, 1, 10'000'000, "from 4 clients")
        .number("kills", kills, 0, 1000, "of workers, at their work")
        .parse(argc, argv);
    fmt::print("workers: {}, requests: {} from 4 clients, kills: {}\n", workers,
               requests, kills);

    // A name that the kernel chooses, in no directory: nothing to remove.
    sockaddr_un address = {};
    address.sun_family = AF_UNIX;
    socklen_t length = sizeof(sa_family_t);
    const descriptor listening(
        check(::socket(AF_UNIX, SOCK_STREAM, 0), "socket"));
    check(
        ::bind(listening.get(), reinterpret_cast<sockaddr*>(&address), length),
        "bind");
    check(::listen(listening.get(), 64), "listen");
    length = sizeof address;
    ::getsockname(listening.get(), reinterpret_cast<sockaddr*>(&address),
                  &length);

    const auto start = [&] {
        return process([&] { return serve(listening.get()); });
    };
    std::vector<process> serving;
    for (std::int64_t i = 0; i < workers; ++i)
        serving.push_back(start());
    const stopwatch clock;
    pipe_queue<bool> answers;
    std::vector<process> clients;
    for (std::int64_t client = 0; client < 4; ++client)
        clients.emplace_back([&, client] {
            for (std::int64_t i = client; i < requests; i += 4)
                answers.put(ask(address, length, 142'702'110'479));
            return 0;
        });
    answers.close();

    //> master
    std::int64_t primes = 0, killed = 0, replaced = 0;
    for (bool more = true; more;) {
        std::vector<pollfd> ends = {{answers.read_end(), POLLIN, 0}};
        for (const process& worker : serving)
            ends.push_back({worker.pidfd(), POLLIN, 0});
        wait_for(ends);
        for (std::size_t i = 0; i < serving.size(); ++i)
            if (ends[i + 1].revents != 0) {
                serving[i] = start(); // in the place of the dead one
                ++replaced;
            }
        if (ends[0].revents == 0)
            continue;
        const auto prime = answers.get();
        more = prime.has_value();
        primes += prime.value_or(false);
        if (killed < kills && killed == replaced && primes % 10 == 5) {
            serving.front().kill();
            ++killed;
        }
    }
    //< master
    fmt::print("replaced: {}\n", replaced);
    fmt::print("requests_per_s: {:.0f}\n",
               static_cast<double>(requests) / clock.seconds());
    return finish(primes, requests);
} catch (...) {
    return failed("prefork_server");
}
