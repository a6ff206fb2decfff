// What processes have in memory.
#pragma once

#include <fmt/core.h>

#include <sys/types.h>

#include <cstdint>
#include <fstream>
#include <string>

// Memory of a process and its children, a page that several have divided by
// their number, in KiB. What the kernel keeps for them, such as their stacks
// there, is not in it. Source: smaps_rollup in proc(5).
inline std::int64_t memory_kib(pid_t pid) {
    std::int64_t sum = 0, one = 0;
    std::ifstream rollup(fmt::format("/proc/{}/smaps_rollup", pid));
    for (std::string word; rollup >> word;)
        if (word == "Pss:" && rollup >> one)
            sum += one;
    std::ifstream children(fmt::format("/proc/{0}/task/{0}/children", pid));
    for (pid_t child = 0; children >> child;)
        sum += memory_kib(child);
    return sum;
}
