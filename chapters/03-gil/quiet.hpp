// Has anybody else used the cores meanwhile? What this chapter measures needs a
// core that sleeps until a thread is woken up on it.
#pragma once

#include "common/check.hpp"
#include "common/stopwatch.hpp"

#include <sched.h>
#include <sys/resource.h>
#include <unistd.h>

#include <fmt/core.h>

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <sstream>
#include <string>

class quiet_cores {
  public:
    // Prints how many cores others than this process, and its children that
    // have been waited for, have kept busy since construction, among those
    // that this process may use. Returns whether figures of this time mean
    // anything. Source: proc_stat(5), getrusage(2).
    bool print() const {
        double others =
            std::max(0.0, (busy_seconds() - busy_) - (own_seconds() - own_));
        if (others < 0.05) // the kernel counts hundredths, rounded
            others = 0;
        const double cores = others / clock_.seconds();
        fmt::print("cores_busy_by_others: {:.2f}\n", cores);
        if (cores < 0.25)
            return true;
        fmt::print("unreliable: others need the cores, so that waking up a "
                   "thread takes as long as they like\n");
        return false;
    }

  private:
    static double busy_seconds() {
        cpu_set_t allowed;
        check(::sched_getaffinity(0, sizeof allowed, &allowed),
              "sched_getaffinity");
        std::int64_t ticks = 0;
        std::ifstream file("/proc/stat");
        for (std::string line; std::getline(file, line);) {
            std::istringstream words(line);
            std::string name;
            std::int64_t user = 0, nice = 0, system = 0, idle = 0, waiting = 0,
                         interrupts = 0, soft = 0;
            words >> name >> user >> nice >> system >> idle >> waiting
                >> interrupts >> soft;
            if (name.starts_with("cpu") && name.size() > 3
                && CPU_ISSET(std::stoul(name.substr(3)), &allowed))
                ticks += user + nice + system + interrupts + soft;
        }
        return double(ticks) / double(::sysconf(_SC_CLK_TCK));
    }
    static double own_seconds() {
        double sum = 0;
        for (const int who : {RUSAGE_SELF, RUSAGE_CHILDREN}) {
            rusage used = {};
            check(::getrusage(who, &used), "getrusage");
            for (const timeval& time : {used.ru_utime, used.ru_stime})
                sum += double(time.tv_sec) + 1e-6 * double(time.tv_usec);
        }
        return sum;
    }

    const double busy_ = busy_seconds(), own_ = own_seconds();
    const stopwatch clock_{};
};
