// start_cost: what it costs to start a worker that does nothing, and to wait
// for its end: a thread, a new program, a copy of this one, and such a copy by
// our class process, which also cares for signals and for the death of either.
//
//     build/bin/start_cost --resident-mib 256
#include "common/cli.hpp"
#include "common/stopwatch.hpp"
#include "process.hpp"

#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include <thread>

static void start_program() {
    char name[] = "/bin/true";
    char* arguments[] = {name, nullptr};
    char* environment[] = {nullptr};
    pid_t pid = 0;
    if (::posix_spawn(&pid, name, nullptr, nullptr, arguments, environment)
        != 0)
        throw missing("no /bin/true to start");
    check(::waitpid(pid, nullptr, 0), "waitpid");
}

static void bare_fork() {
    const pid_t pid = check(::fork(), "fork");
    if (pid == 0)
        ::_exit(0);
    check(::waitpid(pid, nullptr, 0), "waitpid");
}

int main(int argc, char** argv) try {
    std::int64_t rounds = 200, resident_mib = 0, shared = 0;
    cli("start_cost", "Starts workers that do nothing.")
        .number("rounds", rounds, 1, 1'000'000, "of each kind")
        .number("resident-mib", resident_mib, 0, 65'536, "memory in use")
        .number("shared", shared, 0, 1, "1: it may be shared with children")
        .parse(argc, argv);
    fmt::print("{} starts of each kind, {} MiB in use\n", rounds, resident_mib);

    // In pages of the usual 4 KiB: huge ones would hide most of the price.
    const auto bytes = std::size_t(resident_mib) << 20;
    if (bytes > 0) {
        void* memory = ::mmap(
            nullptr, bytes, PROT_READ | PROT_WRITE,
            (shared == 1 ? MAP_SHARED : MAP_PRIVATE) | MAP_ANONYMOUS, -1, 0);
        if (memory == MAP_FAILED)
            throw_errno("mmap");
        ::madvise(memory, bytes, MADV_NOHUGEPAGE);
        std::memset(memory, 1, bytes);
    }

    std::int64_t ended = 0;
    const auto measure = [&](const char* name, auto start) {
        start(); // the first time loads and sets up what is used later
        const stopwatch clock;
        for (std::int64_t i = 0; i < rounds; ++i, ++ended)
            start();
        fmt::print("{}: {:.1f}\n", name,
                   1e6 * clock.seconds() / static_cast<double>(rounds));
    };
    //> starts
    measure("thread_us", [] { std::thread([] {}).join(); });
    measure("spawn_us", start_program);
    measure("fork_us", bare_fork);
    measure("process_us", [] { process([] { return 0; }).join(); });
    //< starts
    return finish(ended, 4 * rounds);
} catch (...) {
    return failed("start_cost");
}
