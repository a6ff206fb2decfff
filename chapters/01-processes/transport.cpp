// transport: how fast bytes get from one process to another: by a pipe, a
// socket pair, or a ring in memory that both share.
//
//     build/bin/transport --via ring --bytes 4096
#include "common/cli.hpp"
#include "common/stopwatch.hpp"
#include "process.hpp"
#include "ring.hpp"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <vector>

// A stream may take or give less than all of a message.
template<class Call, class Bytes>
void whole(Call call, int fd, Bytes* at, std::size_t bytes) {
    for (Bytes* const end = at + bytes; at < end;) {
        const auto done = call(fd, at, static_cast<std::size_t>(end - at));
        if (done == 0)
            throw std::runtime_error("the stream has ended");
        if (done == -1 && errno != EINTR)
            throw_errno("stream");
        at += std::max<ssize_t>(done, 0);
    }
}

// One byte a page says which message it is, the last one among them.
template<class Each>
void for_marks(std::vector<char>& message, const Each& each) {
    const std::size_t end = message.size();
    for (std::size_t at = (end - 1) % 4096; at < end; at += 4096)
        each(message[at]);
}

// Sends all messages, and returns the sum of their marks. `childs` is for the
// child alone: a parent that holds that end cannot see that the child is dead.
template<class Put, class Get>
std::int64_t transport(std::int64_t messages, std::size_t bytes, Put put,
                       Get get, descriptor childs = descriptor()) {
    std::vector<char> message(bytes);
    process child([&] {
        for (std::int64_t i = 0; i < messages; ++i) {
            for_marks(message, [i](char& mark) { mark = char(i % 100); });
            put(message.data());
        }
        return 0;
    });
    childs.close();
    std::int64_t sum = 0;
    for (std::int64_t i = 0; i < messages; ++i) {
        get(message.data(), [&child] { return child.alive(); });
        for_marks(message, [&sum](char& mark) { sum += mark; });
    }
    child.join();
    return sum;
}

template<class Ring>
std::int64_t through(int file, std::int64_t messages, std::size_t bytes) {
    const auto ring = make_shared_in<Ring>(file, bytes);
    return transport(
        messages, bytes, [&](const char* m) { ring->put(m); },
        [&](char* m, const auto& is_alive) { ring->get(m, is_alive); });
}

// How often this process and its dead child have gone to sleep: getrusage(2).
static double sleeps() {
    rusage ours = {}, childs = {};
    check(::getrusage(RUSAGE_SELF, &ours), "getrusage");
    check(::getrusage(RUSAGE_CHILDREN, &childs), "getrusage");
    return double(ours.ru_nvcsw + childs.ru_nvcsw);
}

int main(int argc, char** argv) try {
    std::string via = "pipe";
    std::int64_t bytes = 4096, mib = 64;
    cli("transport", "Sends messages from a child to its parent.")
        .choice(
            "via", via,
            {"pipe", "wide-pipe", "socketpair", "ring", "file", "atomic-ring"},
            "the way; a wide pipe has room for a MiB")
        .number("bytes", bytes, 1, ring::longest, "in a message")
        .number("mib", mib, 1, 65'536, "in all, and one message at least")
        .parse(argc, argv);
    const auto size = static_cast<std::size_t>(bytes);
    const auto messages = std::max<std::int64_t>(1, (mib << 20) / bytes);
    fmt::print("{} messages of {} bytes by {}\n", messages, bytes, via);
    std::int64_t sum = 0;
    const stopwatch clock;
    if (via == "ring" || via == "atomic-ring") {
        sum = via == "ring" ? through<ring>(-1, messages, size)
                            : through<atomic_ring>(-1, messages, size);
    } else if (via == "file") {
        const descriptor file = temporary_file();
        check(::ftruncate(file.get(), sizeof(ring)), "ftruncate");
        sum = through<ring>(file.get(), messages, size);
    } else {
        int ends[2];
        check(via == "socketpair" ? ::socketpair(AF_UNIX, SOCK_STREAM, 0, ends)
                                  : ::pipe(ends),
              via);
        if (via == "wide-pipe")
            check(::fcntl(ends[1], F_SETPIPE_SZ, 1 << 20), "F_SETPIPE_SZ");
        const descriptor out(ends[0]);
        sum = transport(
            messages, size, [&](char* m) { whole(::write, ends[1], m, size); },
            [&](char* m, auto) { whole(::read, out.get(), m, size); },
            descriptor(ends[1]));
    }
    const double us = 1e6 * clock.seconds() / double(messages);
    fmt::print("mib_per_s: {:.0f}\nmessage_us: {:.3f}\n",
               1e6 * double(bytes) / us / (1 << 20), us);
    fmt::print("sleeps_per_message: {:.4f}\n", sleeps() / double(messages));
    const std::int64_t rest = messages % 100, marks = (bytes - 1) / 4096 + 1;
    return finish(sum, marks * (messages / 100 * 4950 + rest * (rest - 1) / 2));
} catch (...) {
    return failed("transport");
}
