// echo_shared_buffer: echo_coroutines with one buffer for all. Who waits for a
// request does not need one; it takes it when there is something to read, and
// has emptied it before it waits again. (It waits first and reads then, and
// calls the kernel itself: so it is the memory that can be compared, and not
// the time.)
//
//     build/bin/echo_shared_buffer --connections 1000
#include "06-coroutines/echo_tasks.hpp"

//> echo
static task<void> echo(descriptor client) try {
    static std::array<char, 4096> bytes;
    for (;;) {
        co_await readable(client.get());
        const ssize_t size =
            ::recv(client.get(), bytes.data(), bytes.size(), MSG_DONTWAIT);
        if (size <= 0)
            co_return;
        const ssize_t sent = std::max<ssize_t>(
            0, ::send(client.get(), bytes.data(), std::size_t(size),
                      MSG_DONTWAIT | MSG_NOSIGNAL));
        // What does not fit is copied, for here others may come in between.
        if (sent < size)
            co_await async_send_all(
                client,
                std::string(bytes.data() + sent, std::size_t(size - sent)));
    }
} catch (const std::system_error&) { // it is gone: nobody else's trouble
}
//< echo

int main(int argc, char** argv) try {
    return run_echo_tasks("echo_shared_buffer",
                          "Serves by tasks, with one buffer.", argc, argv,
                          echo);
} catch (...) {
    return failed("echo_shared_buffer");
}
