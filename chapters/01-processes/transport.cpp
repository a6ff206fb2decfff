// transport: how fast bytes get from one process to another: by a pipe, a
// socket pair, shared memory, or a file that both have mapped.
//
//     build/bin/transport --via ring --bytes 4096
#include "common/cli.hpp"
#include "common/stopwatch.hpp"
#include "process.hpp"
#include "ring.hpp"

#include <sys/socket.h>

#include <vector>

// A stream may take or give less than all of a message.
template<class Call, class Bytes>
void whole(Call call, int fd, Bytes* at, std::size_t bytes) {
    while (bytes > 0) {
        const auto done = call(fd, at, bytes);
        if (done == 0)
            throw std::runtime_error("the stream has ended");
        if (done == -1 && errno != EINTR)
            throw_errno("stream");
        at += std::max<ssize_t>(done, 0);
        bytes -= static_cast<std::size_t>(std::max<ssize_t>(done, 0));
    }
}

// Sends and receives all messages, and returns the sum of their numbers,
// which stand in their last bytes. `childs` is the child's end alone: a parent
// that holds it as well cannot see that the child is dead.
template<class Put, class Get>
std::int64_t transport(std::int64_t messages, std::size_t bytes, Put put,
                       Get get, descriptor childs = descriptor()) {
    std::vector<char> message(bytes);
    process child([&] {
        for (std::int64_t i = 0; i < messages; ++i) {
            message.back() = static_cast<char>(i % 100);
            put(message.data());
        }
        return 0;
    });
    childs.close();
    const auto look = [&child] {
        if (!child.alive())
            throw std::runtime_error("the child is dead");
    };
    std::int64_t sum = 0;
    for (std::int64_t i = 0; i < messages; ++i) {
        get(message.data(), look);
        sum += message.back();
    }
    child.join();
    return sum;
}

int main(int argc, char** argv) try {
    std::string via = "pipe";
    std::int64_t bytes = 4096, mib = 64;
    cli("transport", "Sends messages from a child to its parent.")
        .choice("via", via, {"pipe", "socketpair", "ring", "file"}, "the way")
        .number("bytes", bytes, 1, ring::longest, "in a message")
        .number("mib", mib, 1, 65'536, "in all, at most a million messages")
        .parse(argc, argv);
    const bool stream = via == "pipe" || via == "socketpair";
    const auto size = static_cast<std::size_t>(bytes);
    const std::int64_t messages = std::min<std::int64_t>(
        1'000'000, std::max<std::int64_t>(1, (mib << 20) / bytes));
    fmt::print("{} messages of {} bytes by {}\n", messages, bytes, via);

    std::int64_t sum = 0;
    const stopwatch clock;
    if (stream) {
        int ends[2];
        check(via == "pipe" ? ::pipe(ends)
                            : ::socketpair(AF_UNIX, SOCK_STREAM, 0, ends),
              via);
        const descriptor out(ends[0]);
        sum = transport(
            messages, size, [&](char* m) { whole(::write, ends[1], m, size); },
            [&](char* m, auto) { whole(::read, out.get(), m, size); },
            descriptor(ends[1]));
    } else {
        descriptor file;
        if (via == "file") {
            file = temporary_file();
            check(::ftruncate(file.get(), sizeof(ring)), "ftruncate");
        }
        const auto shared = make_shared_in<ring>(file.get(), size);
        sum = transport(
            messages, size, [&](char* m) { shared->put(m); },
            [&](char* m, const auto& look) { shared->get(m, look); });
    }
    fmt::print("message_us: {:.3f}\n",
               1e6 * clock.seconds() / static_cast<double>(messages));
    fmt::print("mib_per_s: {:.0f}\n", static_cast<double>(messages * bytes)
                                          / clock.seconds() / (1 << 20));
    std::int64_t expected = 0;
    for (std::int64_t i = 0; i < messages; ++i)
        expected += i % 100;
    return finish(sum, expected);
} catch (...) {
    return failed("transport");
}
