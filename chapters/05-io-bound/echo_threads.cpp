// echo_threads: a thread for each connection. Its code is as simple as that of
// a server with one client; what it costs is a thread per client.
//
//     build/bin/echo_threads --connections 1000
#include "echo_load.hpp"

#include <thread>

//> serve
static void echo(descriptor client) {
    std::array<char, 4096> bytes;
    for (;;) {
        const ssize_t size =
            ::recv(client.get(), bytes.data(), bytes.size(), 0);
        if (size <= 0) // it has hung up
            return;
        ::send(client.get(), bytes.data(), static_cast<std::size_t>(size),
               MSG_NOSIGNAL);
    }
}

[[noreturn]] static void serve(int listening) {
    for (;;) {
        descriptor client(check(
            ::accept4(listening, nullptr, nullptr, SOCK_CLOEXEC), "accept"));
        // Detached: nobody waits for it, and it ends with its client.
        std::thread(echo, std::move(client)).detach();
    }
}
//< serve

int main(int argc, char** argv) try {
    return run_echo("echo_threads", "Serves each connection by a thread.", argc,
                    argv, serve);
} catch (...) {
    return failed("echo_threads");
}
