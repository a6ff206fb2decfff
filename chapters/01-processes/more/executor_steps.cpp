// executor_steps: the seven steps of one call in another process, each by
// hand and in the open. A pool does nothing else, only to many workers.
//
//     build/bin/executor_steps
#include "01-processes/messages.hpp"
#include "01-processes/process.hpp"
#include "common/cli.hpp"

#include <sys/socket.h>

static void step(int number, const std::string& text) {
    fmt::print("{} in {}: {}\n", number,
               number >= 3 && number <= 5 ? "the child" : "the parent", text);
    std::fflush(stdout); // now, because two processes print
}

int main(int argc, char** argv) try {
    cli("executor_steps", "Calls a function in a child.").parse(argc, argv);
    fmt::print("raise 100 by 10 %\n");
    int ends[2];
    check(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends), "socketpair");
    const descriptor parents(ends[0]), childs(ends[1]);

    //> child
    process child([&] {
        frame_reader in;
        in.receive(childs.get());
        std::string_view message = in.next().value();
        auto price = from_wire<std::int64_t>(message);
        step(3, fmt::format("bytes back into a number: {}", price));
        price += price * 10 / 100; // the function: fork has brought it along
        step(4, fmt::format("call the function: {}", price));
        std::string answer;
        put(answer, price);
        step(5, fmt::format("the result into {} bytes", answer.size()));
        frame_writer out;
        out.add(answer);
        out.flush(childs.get());
        return 0;
    });
    //< child
    std::string message;
    put(message, std::int64_t{100});
    step(1, fmt::format("the argument into {} bytes", message.size()));
    frame_writer out;
    out.add(message);
    step(2, "send them through a socket pair, in a frame");
    out.flush(parents.get());
    frame_reader in;
    in.receive(parents.get()); // waits
    std::string_view answer = in.next().value();
    step(6, fmt::format("receive {} bytes", answer.size()));
    const auto result = from_wire<std::int64_t>(answer);
    step(7, fmt::format("bytes back into a number: {}", result));
    child.join();
    return finish(result, std::int64_t{110});
} catch (...) {
    return failed("executor_steps");
}
