// The core that a thread runs on.
#pragma once

#include "common/check.hpp"

#include <sched.h>

// Keeps the calling thread, and the threads and processes that it starts from
// now on, on the core where it is. Source: sched_setaffinity(2).
inline void use_one_core() {
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(::sched_getcpu(), &one);
    check(::sched_setaffinity(0, sizeof one, &one), "sched_setaffinity");
}

// Keeps the calling thread on one of the cores that it may use: the first, the
// second and so on, and from the beginning again after the last.
inline void use_core(int number) {
    cpu_set_t allowed;
    check(::sched_getaffinity(0, sizeof allowed, &allowed),
          "sched_getaffinity");
    number %= CPU_COUNT(&allowed);
    for (std::size_t core = 0; core < CPU_SETSIZE; ++core)
        if (CPU_ISSET(core, &allowed) && number-- == 0) {
            CPU_ZERO(&allowed);
            CPU_SET(core, &allowed);
            break;
        }
    check(::sched_setaffinity(0, sizeof allowed, &allowed),
          "sched_setaffinity");
}
