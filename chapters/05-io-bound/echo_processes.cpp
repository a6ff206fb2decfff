// echo_processes: a process for each connection, as PostgreSQL has it. Nothing
// is shared: one that crashes takes one client with it.
//
//     build/bin/echo_processes --connections 1000
#include "echo_load.hpp"

#include <sys/prctl.h>
#include <sys/wait.h>

//> serve
static void echo(const descriptor& client) {
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

// By hand, without the class `process`: that keeps a descriptor of each child,
// and every later child would have to close all of them.
[[noreturn]] static void serve(int listening) {
    const pid_t server = ::getpid();
    for (;;) {
        const descriptor client(check(
            ::accept4(listening, nullptr, nullptr, SOCK_CLOEXEC), "accept"));
        if (check(::fork(), "fork") == 0) {
            // Not longer than its parent, who may have died by now: or it would
            // hold a socket open on which clients wait.
            ::prctl(PR_SET_PDEATHSIG, SIGKILL);
            if (::getppid() == server)
                echo(client);
            ::_exit(0);
        }
        while (::waitpid(-1, nullptr, WNOHANG) > 0) // takes those that ended
            ;
    } // here the parent closes its copy of the connection
}
//< serve

int main(int argc, char** argv) try {
    return run_echo("echo_processes", "Serves each connection by a process.",
                    argc, argv, serve);
} catch (...) {
    return failed("echo_processes");
}
