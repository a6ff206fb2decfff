// process_lifecycle: how a process begins, how one waits for it, and the ways
// in which it ends.
//
//     build/bin/process_lifecycle --nap-ms 200
#include "common/cli.hpp"
#include "pipe_queue.hpp"
#include "process.hpp"

#include <thread>

using std::chrono::milliseconds;

static const char* yes_or_no(bool answer) {
    return answer ? "yes" : "no";
}

// Waits for a signal, and cleans up if it was SIGTERM.
static int wait_politely(pipe_queue<char>& ready) {
    stop_on_signals(); // from now on SIGTERM only sets a flag
    ready.put('r');
    while (stop_signal == 0)
        std::this_thread::sleep_for(milliseconds(1));
    return 3; // what a clean end returns here
}

int main(int argc, char** argv) try {
    std::int64_t nap_ms = 200;
    cli("process_lifecycle", "Starts processes and ends them.")
        .number("nap-ms", nap_ms, 10, 10'000, "what the first child sleeps")
        .parse(argc, argv);
    fmt::print("a child that sleeps for {} ms\n", nap_ms);

    //> life
    process child([&] {
        std::this_thread::sleep_for(milliseconds(nap_ms));
        return 7;
    });
    fmt::print("same_process: {}\n", yes_or_no(child.pid() == ::getpid()));
    fmt::print("alive: {}\n", yes_or_no(child.alive()));
    fmt::print("has_exit_code: {}\n", yes_or_no(child.exit_code().has_value()));
    fmt::print("ended_after_5_ms: {}\n",
               yes_or_no(child.join(milliseconds(5))));
    child.join(); // as long as it takes
    fmt::print("alive_after_that: {}\n", yes_or_no(child.alive()));
    std::string codes = fmt::format("{}", *child.exit_code());
    //< life

    //> ends
    const auto end_of = [&](auto body, void (process::*end)()) {
        pipe_queue<char> ready;
        process victim([&] { return body(ready); });
        ready.close();
        ready.get(); // it has got to the point, or has ended
        (victim.*end)();
        victim.join();
        codes += fmt::format(" {}", *victim.exit_code());
    };
    const auto wait_simply = [](pipe_queue<char>& ready) {
        ready.put('r');
        return ::pause();
    };
    end_of(wait_simply, &process::terminate);
    end_of(wait_politely, &process::terminate);
    end_of(wait_politely, &process::kill);
    //< ends
    return finish<std::string>(codes,
                               fmt::format("7 {} 3 {}", -SIGTERM, -SIGKILL));
} catch (...) {
    return failed("process_lifecycle");
}
