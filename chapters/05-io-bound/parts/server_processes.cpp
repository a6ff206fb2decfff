#include "../server_processes.hpp"

#include "../process_memory.hpp"

#include <fmt/core.h>
#include <unistd.h>

#include <fstream>
#include <string>
#include <utility>

static std::string schedstat(pid_t pid) {
    return fmt::format("/proc/{}/schedstat", pid);
}

static double ran_s(pid_t pid) {
    double ns = 0; // 0 if it has just ended
    std::ifstream(schedstat(pid)) >> ns;
    return ns / 1e9;
}

std::optional<server_processes> server_processes::find(pg_connection& db) {
    if (db.run("SELECT current_setting('many_hands.private', true)").text(0, 0)
        != "on")
        return {};
    pid_t first = 0; // it starts all others
    std::ifstream(db.run("SHOW data_directory").text(0, 0) + "/postmaster.pid")
        >> first;
    if (first == 0 || !std::ifstream(schedstat(first)))
        return {};
    return server_processes(first);
}

// What a process's children used that have ended, and been waited for.
static double ended_s(pid_t pid) {
    std::ifstream stat(fmt::format("/proc/{}/stat", pid));
    std::string field; // the second one is "(postgres)"
    for (int i = 1; i <= 15; ++i)
        stat >> field;
    double user = 0, system = 0;
    stat >> user >> system;
    return (user + system) / double(::sysconf(_SC_CLK_TCK));
}

double server_processes::cpu_s() const {
    // A child that ends between the two looks would be in neither of them, or
    // in both: if the ended have become more, all is read anew.
    for (double ended = ended_s(first_);;) {
        double running = ran_s(first_);
        std::ifstream children(
            fmt::format("/proc/{0}/task/{0}/children", first_));
        for (pid_t child = 0; children >> child;)
            running += ran_s(child);
        const double before = std::exchange(ended, ended_s(first_));
        if (ended == before)
            return ended + running;
    }
}

std::int64_t server_processes::kib() const {
    return memory_kib(first_);
}
