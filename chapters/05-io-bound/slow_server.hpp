// A server on this machine that is as slow as the one who asks wants it: what
// the sources' programs asked of the Internet.
//
//     GET /delay/20       an answer after 20 ms, 60,000 at most
//     GET /status/503     an answer with this status, 200 to 599
//     GET /drop           no answer: it hangs up
#pragma once

#include "http.hpp"
#include "loopback.hpp"

#include <charconv>
#include <chrono>
#include <string_view>
#include <thread>

// The number after `prefix`, or -1 where `path` is not just these.
inline int number_after(std::string_view path, std::string_view prefix) {
    int number = -1;
    if (path.starts_with(prefix)) {
        path.remove_prefix(prefix.size());
        const char* end = path.data() + path.size();
        if (std::from_chars(path.data(), end, number).ptr != end)
            return -1;
    }
    return number;
}

//> serve
inline void answer(descriptor client) {
    const std::string path = read_request(client);
    const int delay = number_after(path, "/delay/");
    int status = number_after(path, "/status/");
    if (path.starts_with("/delay/"))
        status = delay >= 0 && delay <= 60'000 ? 200 : 400;
    else if (!path.starts_with("/status/"))
        status = 200;
    else if (status < 200 || status > 599)
        status = 400;
    if (status == 200 && delay > 0)
        std::this_thread::sleep_for(std::chrono::milliseconds(delay));
    if (path != "/drop")
        send_all(client,
                 fmt::format("HTTP/1.0 {} -\r\n\r\n{}\n", status, path));
}

inline void serve_slowly(int listening) {
    for (;;) {
        descriptor client(check(
            ::accept4(listening, nullptr, nullptr, SOCK_CLOEXEC), "accept"));
        // A thread each: none has to wait because another one does. Who hangs
        // up before the answer is nobody's trouble.
        std::thread([one = std::move(client)]() mutable {
            try {
                answer(std::move(one));
            } catch (const std::system_error&) {
            }
        }).detach();
    }
}
//< serve

struct slow_server : local_server {
    slow_server() : local_server(serve_slowly) {}
};
