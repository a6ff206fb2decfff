// How much memory a process has had at most.
#pragma once

#include <cstdint>
#include <fstream>
#include <stdexcept>
#include <string>

// KiB of this process that were in memory at the same time, at most, since its
// program began. Source: VmHWM in proc_pid_status(5). (ru_maxrss of
// getrusage(2) would not do: it counts the program that exec has replaced,
// too.)
inline std::int64_t peak_kib() {
    std::ifstream status("/proc/self/status");
    for (std::string word; status >> word;)
        if (std::int64_t kib = 0; word == "VmHWM:" && status >> kib)
            return kib;
    throw std::runtime_error("/proc/self/status: no VmHWM");
}
