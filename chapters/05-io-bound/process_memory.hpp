// What processes have in memory.
#pragma once

#include <sys/types.h>

#include <cstdint>

// Memory of a process and its children, a page that several have divided by
// their number, in KiB. What the kernel keeps for them, such as their stacks
// there, is not in it. Source: smaps_rollup in proc(5).
std::int64_t memory_kib(pid_t pid);
