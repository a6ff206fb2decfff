#include "catch.hpp"
#include "common/workers.hpp"
#include "temporary_directory.hpp"

// A file system of its own, with the files that cpus_by_quota() reads.
using fake_root = temporary_directory;

TEST_CASE("without control groups there is no quota") {
    const fake_root root;
    CHECK(std::isinf(cpus_by_quota(root.path)));
}

TEST_CASE("version 2: the smallest quota on the way to the root counts") {
    const fake_root root;
    root.file("proc/self/cgroup", "0::/outer/inner\n");
    root.file("sys/fs/cgroup/cpu.max", "max 100000\n");
    root.file("sys/fs/cgroup/outer/inner/cpu.max", "max 100000\n");
    CHECK(std::isinf(cpus_by_quota(root.path)));
    root.file("sys/fs/cgroup/outer/inner/cpu.max", "400000 100000\n");
    CHECK(cpus_by_quota(root.path) == 4);
    root.file("sys/fs/cgroup/outer/cpu.max", "150000 100000\n");
    CHECK(cpus_by_quota(root.path) == 1.5);
    root.file("sys/fs/cgroup/outer/inner/cpu.max", "50000 100000\n");
    CHECK(cpus_by_quota(root.path) == 0.5);
}

TEST_CASE("version 2 in a container: the group is the root") {
    const fake_root root;
    root.file("proc/self/cgroup", "0::/\n");
    root.file("sys/fs/cgroup/cpu.max", "200000 100000\n");
    CHECK(cpus_by_quota(root.path) == 2);
}

TEST_CASE("version 1: quota and period stand in two files") {
    const fake_root root;
    root.file("proc/self/cgroup", "5:memory:/x\n4:cpuacct,cpu:/docker/1\n");
    root.file("sys/fs/cgroup/cpu/docker/1/cpu.cfs_quota_us", "-1\n");
    root.file("sys/fs/cgroup/cpu/docker/1/cpu.cfs_period_us", "100000\n");
    CHECK(std::isinf(cpus_by_quota(root.path)));
    root.file("sys/fs/cgroup/cpu/docker/1/cpu.cfs_quota_us", "250000\n");
    CHECK(cpus_by_quota(root.path) == 2.5);
}

TEST_CASE("nonsense in the files is no quota") {
    const fake_root root;
    root.file("proc/self/cgroup", "0::/\nrubbish\n:\n");
    for (const char* text : {"", "x y", "-5 100000", "100000 0", "100000"}) {
        root.file("sys/fs/cgroup/cpu.max", text);
        CHECK(std::isinf(cpus_by_quota(root.path)));
    }
}

TEST_CASE("the default is what affinity allows, and at least one") {
    cpu_set_t before, one;
    REQUIRE(sched_getaffinity(0, sizeof before, &before) == 0);
    CHECK(int(usable_cores().size()) == CPU_COUNT(&before));
    CHECK(default_workers() >= 1);
    CHECK(default_workers() <= CPU_COUNT(&before));
    CPU_ZERO(&one);
    for (std::size_t cpu = 0; cpu < CPU_SETSIZE; ++cpu)
        if (CPU_ISSET(cpu, &before) && CPU_COUNT(&one) == 0)
            CPU_SET(cpu, &one);
    REQUIRE(sched_setaffinity(0, sizeof one, &one) == 0);
    CHECK(int(usable_cores().size()) == 1);
    CHECK(default_workers() == 1);
    REQUIRE(sched_setaffinity(0, sizeof before, &before) == 0);
}
