// What the private server's processes use: on another server nobody may look.
#pragma once

#include "postgres.hpp"
#include "process_memory.hpp"

#include <fstream>
#include <optional>
#include <string>

class server_processes {
  public:
    // Those of the server at the end of database_url(); none if it is not ours,
    // or if the kernel does not count.
    static std::optional<server_processes> find(pg_connection& db) {
        if (db.run("SELECT current_setting('many_hands.private', true)")
                .text(0, 0)
            != "on")
            return {};
        pid_t first = 0; // it starts all others
        std::ifstream(db.run("SHOW data_directory").text(0, 0)
                      + "/postmaster.pid")
            >> first;
        if (first == 0 || !std::ifstream(schedstat(first)))
            return {};
        return server_processes(first);
    }

    // Processor seconds so far, with those of processes that have ended.
    // Source: /proc/PID/schedstat, which counts nanoseconds, and
    // proc_pid_stat(5) for the ended, in hundredths of a second.
    double cpu_s() const {
        std::ifstream stat(fmt::format("/proc/{}/stat", first_));
        std::string field; // the second one is "(postgres)"
        for (int i = 1; i <= 15; ++i)
            stat >> field;
        double user = 0, system = 0; // of its children that have ended
        stat >> user >> system;
        double sum =
            (user + system) / double(::sysconf(_SC_CLK_TCK)) + ran_s(first_);
        std::ifstream children(
            fmt::format("/proc/{0}/task/{0}/children", first_));
        for (pid_t child = 0; children >> child;)
            sum += ran_s(child);
        return sum;
    }
    // What they have in memory, as memory_kib() counts.
    std::int64_t kib() const { return memory_kib(first_); }

  private:
    static std::string schedstat(pid_t pid) {
        return fmt::format("/proc/{}/schedstat", pid);
    }
    static double ran_s(pid_t pid) {
        double ns = 0; // 0 if it has just ended
        std::ifstream(schedstat(pid)) >> ns;
        return ns / 1e9;
    }
    explicit server_processes(pid_t first) : first_(first) {}
    pid_t first_;
};
