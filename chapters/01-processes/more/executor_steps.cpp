// executor_steps: the seven steps of one call in another process, each by
// hand and in the open. A pool does nothing else, only to many workers.
//
//     build/bin/executor_steps
#include "01-processes/messages.hpp"
#include "01-processes/process.hpp"
#include "01-processes/wire.hpp"
#include "common/cli.hpp"

static void step(int number, const std::string& text) {
    fmt::print("{} in {}: {}\n", number,
               number >= 3 && number <= 5 ? "the child" : "the parent", text);
    std::fflush(stdout); // now, because two processes print
}

int main(int argc, char** argv) try {
    cli("executor_steps", "Calls a function in a child.").parse(argc, argv);
    fmt::print("raise 100 by 10 %\n");
    auto ends = socket_pair();
    message_stream to_child(std::move(ends.first));

    //> child
    process child([&] {
        message_stream to_parent(std::move(ends.second));
        to_parent.receive(); // waits
        std::string_view message = to_parent.next().value();
        auto price = from_wire<std::int64_t>(message);
        step(3, fmt::format("bytes back into a number: {}", price));
        price += price * 10 / 100; // the function: fork has brought it along
        step(4, fmt::format("call the function: {}", price));
        std::string answer;
        put(answer, price);
        step(5, fmt::format("the result into {} bytes", answer.size()));
        to_parent.add(answer);
        to_parent.flush();
        return 0;
    });
    // A parent that holds the child's end as well cannot see that it is dead.
    ends.second.close();
    //< child
    std::string message;
    put(message, std::int64_t{100});
    step(1, fmt::format("the argument into {} bytes", message.size()));
    to_child.add(message);
    step(2, "send them through a socket pair, with their length before");
    to_child.flush();
    if (!to_child.receive()) // waits
        throw std::runtime_error("the child is dead");
    std::string_view answer = to_child.next().value();
    step(6, fmt::format("receive {} bytes", answer.size()));
    const auto result = from_wire<std::int64_t>(answer);
    step(7, fmt::format("bytes back into a number: {}", result));
    child.join();
    return finish(result, std::int64_t{110});
} catch (...) {
    return failed("executor_steps");
}
