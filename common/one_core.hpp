// The core that a thread runs on.
#pragma once

#include "common/check.hpp"
#include "common/workers.hpp"

#include <sched.h>

#include <cstddef>
#include <vector>

inline void use_only(std::size_t core) {
    // A mask as long as it must be: cpu_set_t ends at 1024.
    std::vector<cpu_set_t> mask(core / CPU_SETSIZE + 1);
    const std::size_t bytes = mask.size() * sizeof(cpu_set_t);
    CPU_SET_S(core, bytes, mask.data());
    check(::sched_setaffinity(0, bytes, mask.data()), "sched_setaffinity");
}

// Keeps the calling thread, and the threads and processes that it starts from
// now on, on the core where it is. Source: sched_setaffinity(2).
inline void use_one_core() {
    use_only(static_cast<std::size_t>(check(::sched_getcpu(), "sched_getcpu")));
}

// Keeps the calling thread on one of the cores that it may use: the first, the
// second and so on, and from the beginning again after the last.
inline void use_core(int number) {
    const std::vector<std::size_t> cores = usable_cores();
    use_only(cores[static_cast<std::size_t>(number) % cores.size()]);
}
