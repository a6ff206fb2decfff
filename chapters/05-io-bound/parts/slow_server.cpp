#include "../slow_server.hpp"

#include "../http.hpp"
#include "common/check.hpp"

#include <fmt/core.h>
#include <sys/socket.h>

#include <charconv>
#include <chrono>
#include <thread>

int number_after(std::string_view path, std::string_view prefix) {
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
static void answer(descriptor client) {
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

void serve_slowly(int listening) {
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
