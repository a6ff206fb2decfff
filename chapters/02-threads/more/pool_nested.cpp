// pool_nested: tasks that give their own pool tasks, and wait for them. Even
// one thread is enough: who waits for a task that nobody has begun, runs it.
//
//     build/bin/pool_nested --workers 1
#include "02-threads/thread_pool.hpp"
#include "common/check.hpp"
#include "common/cli.hpp"

//> leaves
// Counts the leaves of a binary tree: one half in another task.
static std::int64_t leaves(thread_pool& pool, std::int64_t depth) {
    if (depth == 0)
        return 1;
    auto left = pool.submit([&pool, depth] { return leaves(pool, depth - 1); });
    const std::int64_t right = leaves(pool, depth - 1);
    return left.get() + right;
}
//< leaves

int main(int argc, char** argv) try {
    std::int64_t workers = 1, depth = 12;
    cli("pool_nested", "Submits tasks from inside tasks.")
        .number("workers", workers, 1, 1024, "threads")
        .number("depth", depth, 0, 24, "of the tree")
        .parse(argc, argv);
    fmt::print("a tree of depth {}, workers: {}\n", depth, workers);
    thread_pool pool(workers);
    auto all = pool.submit([&] { return leaves(pool, depth); });
    return finish(all.get(), std::int64_t{1} << depth);
} catch (...) {
    return failed("pool_nested");
}
