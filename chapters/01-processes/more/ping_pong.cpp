// ping_pong: eight bytes to a child and back, again and again. Less a pool
// cannot do for a task; what it costs more is the pool's own.
//
//     build/bin/ping_pong --rounds 20000
#include "01-processes/process.hpp"
#include "common/cli.hpp"
#include "common/stopwatch.hpp"

#include <sys/socket.h>

int main(int argc, char** argv) try {
    std::int64_t rounds = 20'000;
    cli("ping_pong", "Sends a number to a child and back.")
        .number("rounds", rounds, 1, 100'000'000, "to and fro")
        .parse(argc, argv);
    fmt::print("{} rounds\n", rounds);
    int ends[2];
    check(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends), "socketpair");
    const descriptor parents(ends[0]);
    descriptor childs(ends[1]);
    //> child
    process child([&] {
        std::int64_t number = 0;
        while (::recv(childs.get(), &number, sizeof number, 0) > 0) {
            ++number;
            ::send(childs.get(), &number, sizeof number, MSG_NOSIGNAL);
        }
        return 0;
    });
    //< child
    std::int64_t number = 0;
    const stopwatch clock;
    for (std::int64_t i = 0; i < rounds; ++i) {
        ::send(parents.get(), &number, sizeof number, MSG_NOSIGNAL);
        ::recv(parents.get(), &number, sizeof number, 0);
    }
    fmt::print("tasks_per_s: {:.0f}\n",
               static_cast<double>(rounds) / clock.seconds());
    return finish(number, rounds);
} catch (...) {
    return failed("ping_pong");
}
