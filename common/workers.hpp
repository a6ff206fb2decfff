// How many workers can run at the same time on this machine, and where.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

// The CPUs that the scheduler may give to this thread, by their numbers;
// taskset and use_only() change them. Source: sched_setaffinity(2).
std::vector<std::size_t> usable_cores();

// CPUs' worth of time that the control groups of this process may use: the
// smallest quota between its own group and the root, infinity without one.
// Containers are limited this way, and affinity does not show it.
// Source: the kernel's cgroup-v2.rst, sched-bwc.rst. `root` is for tests.
double cpus_by_quota(const std::string& root = "/");

// The default of most --workers: never zero. A quota is rounded up, because
// one worker cannot use 1.5 CPUs and two can.
std::int64_t default_workers();

// Keeps the calling thread, and the threads and processes that it starts from
// now on, on this core. Source: sched_setaffinity(2).
void use_only(std::size_t core);
// On the core where it is.
void use_one_core();
// On one of the cores that it may use: the first, the second and so on, and
// from the beginning again after the last.
void use_core(int number);
