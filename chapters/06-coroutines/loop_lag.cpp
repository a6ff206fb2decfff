// loop_lag: a task asks to be woken each millisecond, and sees how late that
// is. One call that blocks is enough; the loop says whose it was.
//
//     build/bin/loop_lag --block-ms 200
#include "event_loop.hpp"
#include "frames.hpp"
#include "task_group.hpp"

#include "common/cli.hpp"

#include <thread>

using std::chrono::milliseconds;

//> lag
static task<void> measure(std::vector<double>& late_ms) {
    for (int i = 0; i < 100; ++i) {
        const auto due = event_loop::clock::now() + milliseconds(1);
        co_await sleep_until(due);
        late_ms.push_back(std::chrono::duration<double, std::milli>(
                              event_loop::clock::now() - due)
                              .count());
    }
}
static task<void> block(std::int64_t ms) {
    co_await sleep_for(milliseconds(20));
    std::this_thread::sleep_for(milliseconds(ms)); // should be co_await
}
//< lag

int main(int argc, char** argv) try {
    std::int64_t block_ms = 200;
    cli("loop_lag", "Measures how late a loop wakes its tasks.")
        .number("block-ms", block_ms, 0, 60'000, "that a call blocks it")
        .parse(argc, argv);
    fmt::print("a timer of 1 ms, 100 times; one call that takes {} ms\n",
               block_ms);
    std::vector<double> late_ms;
    auto both = [&](task_group& group) -> task<void> {
        group.spawn(measure(late_ms), "measure");
        if (block_ms > 0)
            group.spawn(block(block_ms), "block");
        co_return;
    };
    event_loop loop;
    std::string who = "nobody";
    loop.report_blocking(milliseconds(10),
                         [&](const char* name, auto) { who = name; });
    loop.run(in_group(both));
    std::sort(late_ms.begin(), late_ms.end());
    fmt::print("late_p50_ms: {:.2f}\nlate_max_ms: {:.2f}\n",
               late_ms[late_ms.size() / 2], late_ms.back());
    print_coroutine_frames();
    return finish<std::string>("blocked by " + who, block_ms > 10
                                                        ? "blocked by block"
                                                        : "blocked by nobody");
} catch (...) {
    return failed("loop_lag");
}
