// ping_pong: eight bytes to a child and back, again and again. Less a pool
// cannot do for a task; what it costs more is the pool's own.
//
//     build/bin/ping_pong --rounds 20000
#include "common/cli.hpp"
#include "common/stopwatch.hpp"
#include "process.hpp"

#include <sys/socket.h>

int main(int argc, char** argv) try {
    std::int64_t rounds = 20'000, busy_ns = 0;
    cli("ping_pong", "Sends a number to a child and back.")
        .number("rounds", rounds, 1, 100'000'000, "to and fro")
        .number("busy-ns", busy_ns, 0, 1'000'000, "the parent computes between")
        .parse(argc, argv);
    fmt::print("{} rounds, {} ns between\n", rounds, busy_ns);
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
        const stopwatch pause;
        while (busy_ns > 0 && pause.seconds() * 1e9 < double(busy_ns))
            ;
    }
    fmt::print("tasks_per_s: {:.0f}\n",
               static_cast<double>(rounds) / clock.seconds());
    return finish(number, rounds);
} catch (...) {
    return failed("ping_pong");
}
