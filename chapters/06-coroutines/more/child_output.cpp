// child_output: another program as a child. A task reads what it prints, and
// waits for its end; another one shows that the loop is free meanwhile.
//
//     build/bin/child_output
#include "05-io-bound/command.hpp"
#include "06-coroutines/event_loop.hpp"
#include "06-coroutines/frames.hpp"
#include "06-coroutines/task_group.hpp"
#include "common/cli.hpp"

#include <fcntl.h>
#include <fmt/ranges.h>

#include <array>

struct child_result {
    std::string ended;
    std::int64_t bytes = 0, ticks = 0;
};

//> child
static task<void> run_child(std::vector<std::string> command,
                            child_result& result) {
    int ends[2];
    check(::pipe2(ends, O_CLOEXEC), "pipe2");
    descriptor from(ends[0]), to(ends[1]);
    process child([&]() -> int {
        check(::dup2(to.get(), STDOUT_FILENO), "dup2");
        become(command);
    });
    to.close(); // or there would be no end, when the child has closed its copy
    std::array<char, 4096> bytes;
    for (ssize_t size = 1; size > 0;) {
        co_await readable(from.get());
        size = check(::read(from.get(), bytes.data(), bytes.size()), "read");
        result.bytes += size;
    }
    co_await readable(child.pidfd()); // it may go on without its output
    child.join();                     // does not wait
    result.ended = child.how_it_ended();
}
//< child

static task<void> tick(std::int64_t& ticks) {
    for (;; ++ticks)
        co_await sleep_for(std::chrono::milliseconds(10));
}

static task<void> run_beside(std::vector<std::string> command,
                             child_result& result) {
    auto body = [&](task_group& group) -> task<void> {
        group.spawn(tick(result.ticks), "tick");
        co_await run_child(std::move(command), result);
        group.cancel();
    };
    co_await in_group(body);
}

int main(int argc, char** argv) try {
    std::int64_t bytes = 100'000'000;
    cli("child_output", "Runs another program, and reads what it prints.")
        .number("bytes", bytes, 0, 1'000'000'000'000, "that it prints")
        .parse(argc, argv);
    const std::vector<std::string> command = {
        "head", "-c", std::to_string(bytes), "/dev/zero"};
    fmt::print("{}\n", fmt::join(command, " "));
    stop_on_signals();
    child_result result;
    event_loop().run(run_beside(command, result));
    fmt::print("ticks_meanwhile: {}\n", result.ticks);
    print_coroutine_frames();
    return finish(fmt::format("{} bytes, {}", result.bytes, result.ended),
                  fmt::format("{} bytes, exit code 0", bytes));
} catch (...) {
    return failed("child_output");
}
