#include "../process_memory.hpp"

#include <fmt/core.h>

#include <fstream>
#include <string>

std::int64_t memory_kib(pid_t pid) {
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
