// stackful: coroutines with a stack each, switched by swapcontext(3), beside
// tasks, which have a frame each. They can be suspended in any call, and their
// code knows nothing of it; each needs room for its deepest call.
//
//     build/bin/stackful --coroutines 1000 --rounds 1000
#include "06-coroutines/event_loop.hpp"
#include "06-coroutines/frames.hpp"
#include "06-coroutines/task_group.hpp"

#include "common/cli.hpp"
#include "common/stopwatch.hpp"

#include <ucontext.h>

#include <malloc.h>

struct green_thread {
    ucontext_t context{};
    std::vector<char> stack = std::vector<char>(64 << 10);
};

static ucontext_t scheduler;
static green_thread* running = nullptr;
static std::int64_t rounds = 1000, steps = 0;

//> green
// Deep in an ordinary function: "let the others go on".
static void give_way() {
    ::swapcontext(&running->context, &scheduler);
}
static void body() {
    for (std::int64_t i = 0; i < rounds; ++i) {
        ++steps;
        give_way();
    }
    for (;;) // its end would end the thread
        give_way();
}
//< green

//> stackless
// The same for a task: it stands at the end of the ready queue again.
struct yield : std::suspend_always {
    void await_suspend(std::coroutine_handle<> frame) const {
        ready_frames->push(frame, ready_frames->current);
    }
};
static task<void> body_of_task() {
    for (std::int64_t i = 0; i < rounds; ++i) {
        ++steps;
        co_await yield();
    }
}
//< stackless

static double bytes_now() {
    return double(::mallinfo2().uordblks) + double(::mallinfo2().hblkhd);
}

int main(int argc, char** argv) try {
    std::int64_t coroutines = 1000;
    cli("stackful", "Switches between coroutines of two kinds.")
        .number("coroutines", coroutines, 1, 100'000, "of each kind")
        .number("rounds", rounds, 1, 1'000'000, "each is resumed")
        .parse(argc, argv);
    fmt::print("{} coroutines of each kind, {} rounds\n", coroutines, rounds);
    double before = bytes_now();
    std::vector<green_thread> threads(static_cast<std::size_t>(coroutines));
    const double stack_bytes = bytes_now() - before;
    for (green_thread& one : threads) {
        check(::getcontext(&one.context), "getcontext");
        one.context.uc_stack.ss_sp = one.stack.data();
        one.context.uc_stack.ss_size = one.stack.size();
        ::makecontext(&one.context, body, 0);
    }
    const stopwatch stackful;
    for (std::int64_t i = 0; i < rounds; ++i)
        for (green_thread& one : threads) {
            running = &one;
            ::swapcontext(&scheduler, &one.context);
        }
    const double each = double(coroutines) * double(rounds);
    fmt::print("stackful_ns: {:.1f}\nstack_bytes: {:.0f}\n",
               1e9 * stackful.seconds() / each,
               stack_bytes / double(coroutines));

    double frame_bytes = 0;
    auto all = [&](task_group& group) -> task<void> {
        before = bytes_now();
        for (std::int64_t i = 0; i < coroutines; ++i)
            group.spawn(body_of_task());
        frame_bytes = bytes_now() - before;
        co_return;
    };
    const stopwatch stackless;
    event_loop().run(in_group(all));
    fmt::print("stackless_ns: {:.1f}\nframe_bytes: {:.0f}\n",
               1e9 * stackless.seconds() / each,
               frame_bytes / double(coroutines));
    print_coroutine_frames();
    return finish(steps, 2 * coroutines * rounds);
} catch (...) {
    return failed("stackful");
}
