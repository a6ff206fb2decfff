// one_of_ten: ten things at once, the third fails. A pool ends the others; a
// group cancels them.
//
//     build/bin/one_of_ten
#include "event_loop.hpp"
#include "frames.hpp"
#include "task_group.hpp"

#include "02-threads/thread_pool.hpp"
#include "common/cli.hpp"
#include "common/stopwatch.hpp"

#include <atomic>

using std::chrono::milliseconds;

//> group
static task<void> in_task(int i, std::int64_t ms, int& ended) {
    co_await sleep_for(milliseconds(i == 2 ? 1 : ms));
    if (i == 2)
        throw std::runtime_error("the third");
    ++ended;
}
static task<void> ten_tasks(std::int64_t ms, int& ended) {
    auto body = [&](task_group& group) -> task<void> {
        for (int i = 0; i < 10; ++i)
            group.spawn(in_task(i, ms, ended));
        co_return;
    };
    co_await in_group(body); // throws, when all have ended
}
//< group

static void in_thread(int i, std::int64_t ms, std::atomic<int>& ended) {
    std::this_thread::sleep_for(milliseconds(i == 2 ? 1 : ms));
    if (i == 2)
        throw std::runtime_error("the third");
    ++ended;
}
static void ten_in_pool(std::int64_t ms, std::atomic<int>& ended) {
    thread_pool pool(10);
    std::vector<pool_future<void>> all;
    all.reserve(10);
    for (int i = 0; i < 10; ++i)
        all.push_back(
            pool.submit([i, ms, &ended] { in_thread(i, ms, ended); }));
    for (pool_future<void>& one : all)
        one.get(); // throws at the third; the destructor waits for the rest
}

template<class Function>
static void run(const char* where, const Function& function) {
    const stopwatch clock;
    std::string error = "none";
    try {
        function();
    } catch (const std::system_error&) { // no thread to be had
        throw;
    } catch (const std::runtime_error& thrown) {
        error = thrown.what();
    }
    fmt::print("{0}_error: {1}\n{0}_ms: {2:.1f}\n", where, error,
               1e3 * clock.seconds());
}

int main(int argc, char** argv) try {
    std::int64_t ms = 100;
    cli("one_of_ten", "One of ten fails, in a group and in a pool.")
        .number("ms", ms, 10, 10'000, "that the others take")
        .parse(argc, argv);
    fmt::print("ten that take {} ms; the third fails after 1 ms\n", ms);
    int in_group_ended = 0;
    std::atomic<int> in_pool_ended = 0;
    run("group", [&] { event_loop().run(ten_tasks(ms, in_group_ended)); });
    run("pool", [&] { ten_in_pool(ms, in_pool_ended); });
    print_coroutine_frames();
    return finish(fmt::format("ended in the group {}, in the pool {}",
                              in_group_ended, in_pool_ended.load()),
                  std::string("ended in the group 0, in the pool 9"));
} catch (...) {
    return failed("one_of_ten");
}
