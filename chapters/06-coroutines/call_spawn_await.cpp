// call_spawn_await: calling a coroutine runs nothing, spawning it does not
// suspend the caller, awaiting it does.
//
//     build/bin/call_spawn_await
#include "event_loop.hpp"
#include "frames.hpp"
#include "task_group.hpp"

#include "common/cli.hpp"

//> marks
static task<void> mark(std::string& marks, char letter) {
    marks += letter;
    co_return;
}

static task<void> three_ways(std::string& marks) {
    {
        const task<void> called = mark(marks, 'c'); // never awaited
        marks += '1';
    }
    auto body = [&](task_group& group) -> task<void> {
        group.spawn(mark(marks, 's'));
        marks += '2';
        co_await mark(marks, 'a');
        marks += '3';
    };
    co_await in_group(body);
}
//< marks

// Two that never wait for anything outside: do they take turns?
static task<void> counts(std::string& marks, char letter) {
    for (int i = 0; i < 3; ++i)
        marks += letter;
    co_return;
}
static task<void> no_turns(std::string& marks) {
    auto body = [&](task_group& group) -> task<void> {
        group.spawn(counts(marks, 'x'));
        group.spawn(counts(marks, 'y'));
        co_return;
    };
    co_await in_group(body);
}

int main(int argc, char** argv) try {
    cli("call_spawn_await", "Calls, spawns and awaits a coroutine.")
        .parse(argc, argv);
    fmt::print("c: called, s: spawned, a: awaited; 1, 2, 3: the line after\n");
    std::string marks, turns;
    event_loop loop;
    loop.run(three_ways(marks));
    loop.run(no_turns(turns));
    fmt::print("two_that_never_wait: {}\n", turns);
    print_coroutine_frames();
    return finish<std::string>(marks + " " + turns, "12a3s xxxyyy");
} catch (...) {
    return failed("call_spawn_await");
}
