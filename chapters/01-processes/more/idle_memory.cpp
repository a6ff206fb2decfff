// idle_memory: what a worker costs that only waits: memory of idle processes
// and of idle threads. Pages that are shared count in part for each sharer.
//
//     build/bin/idle_memory --workers 200
#include "01-processes/pipe_queue.hpp"
#include "01-processes/process.hpp"
#include "common/cli.hpp"

#include <fstream>
#include <latch>
#include <thread>

// The number after `key` in a file of /proc, in KiB; 0 if it is not there.
static std::int64_t kib_in(const std::string& file, const std::string& key) {
    std::ifstream in(file);
    for (std::string word; in >> word;)
        if (std::int64_t number = 0; word == key && in >> number)
            return number;
    return 0;
}
static std::int64_t memory_kib(pid_t pid) {
    const std::string proc = fmt::format("/proc/{}/", pid);
    return kib_in(proc + "smaps_rollup", "Pss:") // its pages
           + kib_in(proc + "status", "VmPTE:");  // and the tables of them
}

int main(int argc, char** argv) try {
    std::int64_t workers = 200;
    cli("idle_memory", "Measures workers that wait.")
        .number("workers", workers, 1, 10'000, "of each kind")
        .parse(argc, argv);
    fmt::print("idle processes: {}, then idle threads: {}\n", workers, workers);
    const std::int64_t alone = memory_kib(::getpid());
    std::int64_t waited = 0, processes = -alone;
    {
        pipe_queue<char> ready;
        std::vector<process> children;
        for (; waited < workers; ++waited) {
            children.emplace_back([&] {
                ready.put('r');
                return ::pause();
            });
            std::vector<pollfd> ends = {{ready.read_end(), POLLIN, 0},
                                        {children.back().pidfd(), POLLIN, 0}};
            wait_for(ends);
            if (ends[0].revents == 0)
                throw std::runtime_error("a child is dead");
            ready.get();
        }
        processes += memory_kib(::getpid());
        for (const process& child : children)
            processes += memory_kib(child.pid());
    }
    std::latch all_there(workers), go(1);
    std::vector<std::jthread> threads;
    const std::int64_t before = memory_kib(::getpid());
    try {
        for (std::int64_t i = 0; i < workers; ++i, ++waited)
            threads.emplace_back([&] {
                all_there.count_down();
                go.wait();
            });
    } catch (...) { // the system gives no more: those that there are may go
        go.count_down();
        throw;
    }
    all_there.wait();
    const std::int64_t in_threads = memory_kib(::getpid()) - before;
    go.count_down();
    fmt::print("process_kib: {:.0f}\n", double(processes) / double(workers));
    fmt::print("thread_kib: {:.0f}\n", double(in_threads) / double(workers));
    return finish(waited, 2 * workers);
} catch (...) {
    return failed("idle_memory");
}
