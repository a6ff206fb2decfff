// ping_pong: eight bytes to a child and back, again and again. Less a pool
// cannot do for a task; what it costs more is the pool's own.
//
//     build/bin/ping_pong --rounds 20000
#include "01-processes/messages.hpp"
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
    auto ends = socket_pair();
    const int parents = ends.first.get(), childs = ends.second.get();
    //> child
    process child([&] {
        std::int64_t number = 0;
        while (::recv(childs, &number, sizeof number, 0) > 0) {
            ++number;
            ::send(childs, &number, sizeof number, MSG_NOSIGNAL);
        }
        return 0;
    });
    //< child
    ends.second.close(); // else we could not see that the child is dead
    std::int64_t number = 0;
    const stopwatch clock;
    for (std::int64_t i = 0; i < rounds; ++i) {
        ::send(parents, &number, sizeof number, MSG_NOSIGNAL);
        if (::recv(parents, &number, sizeof number, 0) <= 0)
            throw std::runtime_error("the child is dead");
    }
    fmt::print("tasks_per_s: {:.0f}\n",
               static_cast<double>(rounds) / clock.seconds());
    return finish(number, rounds);
} catch (...) {
    return failed("ping_pong");
}
