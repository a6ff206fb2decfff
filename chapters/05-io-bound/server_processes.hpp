// What the private server's processes use: on another server nobody may look.
#pragma once

#include "postgres.hpp"

#include <sys/types.h>

#include <cstdint>
#include <optional>

class server_processes {
  public:
    // Those of the server at the end of database_url(); none if it is not ours,
    // or if the kernel does not count.
    static std::optional<server_processes> find(pg_connection& db);

    // Processor seconds so far, with those of processes that have ended.
    // Source: /proc/PID/schedstat, which counts nanoseconds, and
    // proc_pid_stat(5) for the ended, in hundredths of a second.
    double cpu_s() const;
    // What they have in memory, as memory_kib() counts.
    std::int64_t kib() const;

  private:
    explicit server_processes(pid_t first) : first_(first) {}
    pid_t first_;
};
