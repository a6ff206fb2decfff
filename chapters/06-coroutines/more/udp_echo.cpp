// udp_echo: datagrams, which the kernel may lose, come back from a task that
// loses some on purpose; who misses its answer asks again.
//
//     build/bin/udp_echo --lose-every 5
#include "05-io-bound/loopback.hpp"
#include "06-coroutines/async_socket.hpp"
#include "06-coroutines/frames.hpp"
#include "06-coroutines/within.hpp"
#include "common/cli.hpp"

#include <sys/socket.h>

struct udp_job {
    std::int64_t questions = 100, lose_every = 5, limit_ms = 20;
};

//> serve
// A datagram comes as a whole, with the address of who has sent it: one socket
// serves them all, and there is nothing to accept, or to hang up.
static task<void> serve(const descriptor& socket, std::int64_t lose_every) {
    for (std::int64_t count = 1;; ++count) {
        co_await readable(socket.get());
        std::int64_t number = 0;
        sockaddr_in from = {};
        socklen_t length = sizeof from;
        const ssize_t size =
            ::recvfrom(socket.get(), &number, sizeof number, MSG_DONTWAIT,
                       reinterpret_cast<sockaddr*>(&from), &length);
        if (size != sizeof number || (lose_every && count % lose_every == 0))
            continue;
        ::sendto(socket.get(), &number, sizeof number, MSG_DONTWAIT,
                 reinterpret_cast<const sockaddr*>(&from), length);
    }
}
//< serve

// The answer to this question, and not a late one to an earlier one.
static task<void> answer_to(const descriptor& socket, std::int64_t number) {
    for (std::int64_t answer = -1; answer != number;) {
        co_await readable(socket.get());
        ::recv(socket.get(), &answer, sizeof answer, MSG_DONTWAIT);
    }
}

static task<void> ask_all(const udp_job& job, std::int64_t& answered,
                          std::int64_t& asked) {
    const descriptor server = bound_to_loopback(SOCK_DGRAM),
                     client = bound_to_loopback(SOCK_DGRAM);
    const sockaddr_in to = loopback_address(port_of(server));
    check(::connect(client.get(), reinterpret_cast<const sockaddr*>(&to),
                    sizeof to),
          "connect"); // only notes the address
    auto body = [&](task_group& group) -> task<void> {
        group.spawn(serve(server, job.lose_every), "server");
        for (std::int64_t i = 0; i < job.questions;) {
            check(::send(client.get(), &i, sizeof i, 0), "send");
            ++asked;
            try {
                co_await within(std::chrono::milliseconds(job.limit_ms),
                                answer_to(client, i));
                ++answered;
                ++i;
            } catch (const timed_out&) { // once more
            }
        }
        group.cancel();
    };
    co_await in_group(body);
}

int main(int argc, char** argv) try {
    udp_job job;
    cli("udp_echo", "Sends datagrams to and fro.")
        .number("questions", job.questions, 1, 1'000'000, "one by one")
        .number("lose-every", job.lose_every, 0, 1'000'000,
                "datagram, and not 1; 0: none")
        .number("limit-ms", job.limit_ms, 1, 60'000, "until one asks again")
        .parse(argc, argv);
    fmt::print("{} questions; the server loses every {}th\n", job.questions,
               job.lose_every);
    stop_on_signals();
    std::int64_t answered = 0, asked = 0;
    event_loop().run(ask_all(job, answered, asked));
    fmt::print("asked: {}\n", asked);
    print_coroutine_frames();
    return finish(answered, job.questions);
} catch (...) {
    return failed("udp_echo");
}
