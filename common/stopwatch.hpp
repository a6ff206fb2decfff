// Wall-clock time since construction. Never CPU time: that of a program with
// two busy threads runs twice as fast as the clock on the wall.
#pragma once

#include <chrono>

class stopwatch {
  public:
    double seconds() const {
        return std::chrono::duration<double>(clock::now() - start_).count();
    }

  private:
    using clock = std::chrono::steady_clock;
    clock::time_point start_ = clock::now();
};
