// thread_memory: what two threads share, and what each has of its own.
//
//     build/bin/thread_memory
#include "common/check.hpp"
#include "common/cli.hpp"

#include <array>
#include <latch>
#include <memory>
#include <thread>

static int global = 1;
static thread_local int of_the_thread = 1;

static const char* same(const void* one, const void* other) {
    return one == other ? "one" : "two";
}

int main(int argc, char** argv) try {
    cli("thread_memory", "Compares addresses in two threads.")
        .parse(argc, argv);
    fmt::print("a main thread, and another that looks at the same names\n");
    const auto heap = std::make_unique<int>(1);
    int local = 1;
    const auto look = [&heap](int& own_local) {
        own_local = 1; // each call has one, on the stack of its thread
        return std::array<const void*, 4>{&global, heap.get(), &of_the_thread,
                                          &own_local};
    };
    const auto here = look(local);
    //> other
    int* others_local = nullptr;
    std::array<const void*, 4> there{};
    std::latch looked(1), written(1);
    int read = 0;
    std::jthread other([&] {
        int local_there = 1;
        there = look(local_there);
        others_local = &local_there;
        looked.count_down();
        written.wait();
        read = local_there;
    });
    looked.wait();
    *others_local = 42; // its stack, but our memory too
    written.count_down();
    other.join();
    //< other
    const char* names[] = {"global", "heap", "thread_local", "local"};
    for (std::size_t i = 0; i < here.size(); ++i)
        fmt::print("{}: {}\n", names[i], same(here[i], there[i]));
    return finish(read, 42);
} catch (...) {
    return failed("thread_memory");
}
