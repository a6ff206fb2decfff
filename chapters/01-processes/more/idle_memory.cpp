// idle_memory: what a worker costs that only waits: memory of idle processes
// and of idle threads. Pages that are shared count in part for each sharer.
//
//     build/bin/idle_memory --workers 200
#include "01-processes/pipe_queue.hpp"
#include "01-processes/process.hpp"
#include "common/cli.hpp"

#include <barrier>
#include <fstream>
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
        for (; waited < workers; ++waited)
            children.emplace_back([&] {
                ready.put('r');
                return ::pause();
            });
        for (std::int64_t i = 0; i < workers; ++i)
            ready.get();
        processes += memory_kib(::getpid());
        for (const process& child : children)
            processes += memory_kib(child.pid());
    }
    std::barrier all_there(workers + 1), all_gone(workers + 1);
    std::vector<std::jthread> threads;
    const std::int64_t before = memory_kib(::getpid());
    for (std::int64_t i = 0; i < workers; ++i, ++waited)
        threads.emplace_back([&] {
            all_there.arrive_and_wait();
            all_gone.arrive_and_wait();
        });
    all_there.arrive_and_wait();
    const std::int64_t in_threads = memory_kib(::getpid()) - before;
    all_gone.arrive_and_wait();
    fmt::print("process_kib: {:.0f}\n", double(processes) / double(workers));
    fmt::print("thread_kib: {:.0f}\n", double(in_threads) / double(workers));
    return finish(waited, 2 * workers);
} catch (...) {
    return failed("idle_memory");
}
