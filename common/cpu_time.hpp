// Processor time, as opposed to the time on the wall.
#pragma once

#include "common/check.hpp"

#include <ctime>

// Milliseconds by one of the kernel's clocks: CLOCK_PROCESS_CPUTIME_ID, and
// others of clock_gettime(2); of another process see clock_getcpuclockid(3).
inline double cpu_ms(clockid_t clock) {
    timespec used = {};
    check(::clock_gettime(clock, &used), "clock_gettime");
    return 1e3 * double(used.tv_sec) + 1e-6 * double(used.tv_nsec);
}
