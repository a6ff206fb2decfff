// stackful: coroutines with a stack each, switched by swapcontext(3), beside
// tasks, which have a frame each. They can be suspended in any call, and their
// code knows nothing of it; each needs room for its deepest call.
//
//     build/bin/stackful --coroutines 1000 --rounds 1000
#include "05-io-bound/process_memory.hpp"
#include "06-coroutines/event_loop.hpp"
#include "06-coroutines/frames.hpp"
#include "06-coroutines/task_group.hpp"

#include "common/cli.hpp"
#include "common/stopwatch.hpp"

#include <ucontext.h>

#include <malloc.h>
#include <sys/mman.h>

// Its stack is address space: memory it becomes page by page, when it is used.
struct green_thread {
    static constexpr std::size_t size = 64 << 10;
    ucontext_t context{};
    void* stack = ::mmap(nullptr, size, PROT_READ | PROT_WRITE,
                         MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    green_thread() {
        if (stack == MAP_FAILED)
            throw_errno("mmap");
    }
    green_thread(const green_thread&) = delete;
    ~green_thread() { ::munmap(stack, size); }
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

static double heap_bytes() {
    return double(::mallinfo2().uordblks) + double(::mallinfo2().hblkhd);
}
static double resident_bytes() {
    return 1024 * double(memory_kib(::getpid()));
}

int main(int argc, char** argv) try {
    std::int64_t coroutines = 1000;
    cli("stackful", "Switches between coroutines of two kinds.")
        .number("coroutines", coroutines, 1, 100'000, "of each kind")
        .number("rounds", rounds, 1, 1'000'000, "each is resumed")
        .parse(argc, argv);
    fmt::print("{} coroutines of each kind, {} rounds\n", coroutines, rounds);
    std::vector<green_thread> threads(static_cast<std::size_t>(coroutines));
    double before = resident_bytes();
    for (green_thread& one : threads) {
        check(::getcontext(&one.context), "getcontext");
        one.context.uc_stack.ss_sp = one.stack;
        one.context.uc_stack.ss_size = green_thread::size;
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
               (resident_bytes() - before) / double(coroutines));

    double frame_bytes = 0;
    auto all = [&](task_group& group) -> task<void> {
        before = heap_bytes();
        for (std::int64_t i = 0; i < coroutines; ++i)
            group.spawn(body_of_task());
        frame_bytes = heap_bytes() - before;
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
