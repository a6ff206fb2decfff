// A server that sends back what it gets, in a process of its own, and a client
// with many connections, most of which are idle at any moment.
#pragma once

#include "loopback.hpp"

#include "common/descriptor.hpp"

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <vector>

struct echo_job {
    std::int64_t connections = 100, requests = 20'000;
    std::int64_t outstanding = 10; // requests on their way at any moment
};

// Processor time of a process and its children so far, in ms.
double used_ms(pid_t pid);

// What the kernel keeps for all processes of the machine and their sockets, in
// KiB: stacks, page tables, and small things. Source: meminfo in proc(5).
std::int64_t kernel_kib();

// Sends a number and waits for it to come back.
void ask(const descriptor& connection, std::int64_t number);

// The client: `outstanding` requests are on their way, each on a connection of
// its own; whenever one is answered, the connection that was idle for longest
// sends the next. Returns how long each took, in us.
std::vector<double> ask(const std::vector<descriptor>& connections,
                        const echo_job& job);

// Opens the connections and asks; `before` is kernel_kib() without it.
int measure(const echo_job& job, const local_server& server,
            std::int64_t before);

// The whole of an echo program: serve(listening) runs in a child process and
// never returns.
int run_echo(const char* program, const char* what, int argc, char** argv,
             const std::function<void(int)>& serve);
