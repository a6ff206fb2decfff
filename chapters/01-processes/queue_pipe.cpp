// queue_pipe: messages between processes through a pipe. Two children put
// numbers in, the parent adds them up.
//
//     build/bin/queue_pipe --messages 100000
#include "common/cli.hpp"
#include "pipe_queue.hpp"
#include "process.hpp"

int main(int argc, char** argv) try {
    std::int64_t messages = 100'000;
    cli("queue_pipe", "Sends numbers through a pipe.")
        .number("messages", messages, 1, 100'000'000, "from each child")
        .parse(argc, argv);
    fmt::print("2 children, {} messages each\n", messages);

    //> children
    pipe_queue<std::int64_t> queue;
    const auto produce = [&] {
        for (std::int64_t number = 1; number <= messages; ++number)
            queue.put(number);
        return 0;
    };
    process one(produce), other(produce);
    queue.close(); // this process puts nothing
    std::int64_t sum = 0;
    while (const auto number = queue.get())
        sum += *number; // until both have ended
    //< children

    // How much goes in while nobody takes anything out?
    pipe_queue<std::int64_t> full;
    check(::fcntl(full.write_end(), F_SETFL, O_NONBLOCK), "fcntl");
    std::int64_t fits = 0;
    while (::write(full.write_end(), &fits, sizeof fits) == sizeof fits)
        ++fits;
    fmt::print("fits_in_the_pipe: {}\n", fits);
    return finish(sum, messages * (messages + 1));
} catch (...) {
    return failed("queue_pipe");
}
