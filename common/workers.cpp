#include "common/workers.hpp"

#include "common/check.hpp"

#include <sched.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <limits>

std::vector<std::size_t> usable_cores() {
    // The mask must be at least as long as the kernel's own, whose length
    // nobody tells us: try 1024 CPUs, then twice as many.
    std::vector<cpu_set_t> mask(1);
    while (sched_getaffinity(0, mask.size() * sizeof(cpu_set_t), mask.data())
           != 0) {
        if (errno != EINVAL)
            throw_errno("sched_getaffinity");
        mask.resize(2 * mask.size());
    }
    std::vector<std::size_t> cores;
    for (std::size_t core = 0; core < mask.size() * CPU_SETSIZE; ++core)
        if (CPU_ISSET_S(core, mask.size() * sizeof(cpu_set_t), mask.data()))
            cores.push_back(core);
    return cores;
}

double cpus_by_quota(const std::string& root) {
    double least = std::numeric_limits<double>::infinity();
    const std::filesystem::path mounted = root + "/sys/fs/cgroup";
    // Lines such as 0::/user.slice (version 2) and 4:cpu,cpuacct:/user.slice.
    std::ifstream groups(root + "/proc/self/cgroup");
    for (std::string line; std::getline(groups, line);) {
        const auto first = line.find(':'), second = line.find(':', first + 1);
        if (first == line.npos || second == line.npos)
            continue;
        const auto kinds = line.substr(first + 1, second - first - 1);
        std::filesystem::path group = line.substr(second + 1);
        for (;; group = group.parent_path()) {
            double quota = 0, period = 0;
            const auto cpu = mounted / "cpu" / group.relative_path();
            if (kinds.empty()) { // "max 100000" leaves quota at 0: no limit
                std::ifstream(mounted / group.relative_path() / "cpu.max")
                    >> quota >> period;
            } else if (("," + kinds + ",").find(",cpu,") != line.npos) {
                std::ifstream(cpu / "cpu.cfs_quota_us") >> quota;
                std::ifstream(cpu / "cpu.cfs_period_us") >> period;
            }
            if (quota > 0 && period > 0)
                least = std::min(least, quota / period);
            if (!group.has_relative_path())
                break;
        }
    }
    return least;
}

std::int64_t default_workers() {
    const double cpus =
        std::min(double(usable_cores().size()), std::ceil(cpus_by_quota()));
    return std::max<std::int64_t>(1, static_cast<std::int64_t>(cpus));
}

void use_only(std::size_t core) {
    // A mask as long as it must be: cpu_set_t ends at 1024.
    std::vector<cpu_set_t> mask(core / CPU_SETSIZE + 1);
    const std::size_t bytes = mask.size() * sizeof(cpu_set_t);
    CPU_SET_S(core, bytes, mask.data());
    check(::sched_setaffinity(0, bytes, mask.data()), "sched_setaffinity");
}

void use_one_core() {
    use_only(static_cast<std::size_t>(check(::sched_getcpu(), "sched_getcpu")));
}

void use_core(int number) {
    const std::vector<std::size_t> cores = usable_cores();
    use_only(cores[static_cast<std::size_t>(number) % cores.size()]);
}
