// Time on the wall, and processor time, which runs faster with two threads.
#pragma once

#include "common/check.hpp"

#include <chrono>
#include <ctime>

class stopwatch {
  public:
    double seconds() const {
        return std::chrono::duration<double>(clock::now() - start_).count();
    }

  private:
    using clock = std::chrono::steady_clock;
    clock::time_point start_ = clock::now();
};

// Milliseconds by one of the kernel's clocks: CLOCK_PROCESS_CPUTIME_ID, and
// others of clock_gettime(2); of another process see clock_getcpuclockid(3).
inline double cpu_ms(clockid_t clock) {
    timespec used = {};
    check(::clock_gettime(clock, &used), "clock_gettime");
    return 1e3 * double(used.tv_sec) + 1e-6 * double(used.tv_nsec);
}
