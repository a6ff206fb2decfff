// echo_coroutines: a task for each connection, all of them in one thread. The
// code is that of echo_threads, with co_await where it waits.
//
//     build/bin/echo_coroutines --connections 1000
#include "echo_tasks.hpp"

//> echo
static task<void> echo(descriptor client) try {
    std::array<char, 4096> bytes;
    while (const std::size_t size = co_await async_receive(client, bytes))
        co_await async_send_all(client, {bytes.data(), size});
} catch (const std::system_error&) { // it is gone: nobody else's trouble
}
//< echo

int main(int argc, char** argv) try {
    return run_echo_tasks("echo_coroutines",
                          "Serves each connection by a task.", argc, argv,
                          echo);
} catch (...) {
    return failed("echo_coroutines");
}
