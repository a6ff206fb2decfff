// stop_each: a process, a thread and a task that wait, and one of each that
// computes. How is it stopped from outside, and how long does that take?
//
//     build/bin/stop_each --ms 200
#include "event_loop.hpp"
#include "frames.hpp"
#include "task_group.hpp"

#include "01-processes/process.hpp"
#include "01-processes/shared_memory.hpp"
#include "02-threads/event.hpp"
#include "common/cli.hpp"
#include "common/stopwatch.hpp"

#include <thread>

using std::chrono::milliseconds;

static void compute(std::int64_t ms) { // and looks at nothing meanwhile
    const stopwatch clock;
    while (1e3 * clock.seconds() < double(ms)) {
    }
}

// Milliseconds from when it is to be stopped until it has ended.
static double stop_process(std::int64_t ms, bool waits) {
    const auto begun = make_shared_memory<shared_semaphore>();
    process child([&] {
        begun->release();
        waits ? static_cast<void>(::pause()) : compute(ms);
        return 0;
    });
    while (!begun->acquire_within(10'000))
        if (!child.alive())
            throw std::runtime_error("a child has died");
    const stopwatch clock;
    child.kill(); // nobody asks it
    child.join();
    return 1e3 * clock.seconds();
}

static double stop_thread(std::int64_t ms, bool waits) {
    event stop, begun;
    std::jthread thread([&] {
        begun.set();
        if (waits)
            stop.wait(); // it has to look for the order itself
        else
            compute(ms);
    });
    begun.wait();
    const stopwatch clock;
    stop.set();
    thread.join();
    return 1e3 * clock.seconds();
}

//> stop
static task<void> wait_or_compute(std::int64_t ms, bool waits) {
    if (waits)
        co_await sleep_for(std::chrono::hours(1)); // `cancelled` comes here
    else
        compute(ms);
}
static task<void> stop_task(std::int64_t ms, bool waits, double& took_ms) {
    stopwatch clock;
    auto body = [&](task_group& group) -> task<void> {
        group.spawn(wait_or_compute(ms, waits));
        co_await next_turn(); // it runs first: if it computes, to its end
        group.cancel();
    };
    co_await in_group(body);
    took_ms = 1e3 * clock.seconds();
}
//< stop

int main(int argc, char** argv) try {
    std::int64_t ms = 200;
    cli("stop_each", "Stops a process, a thread and a task.")
        .number("ms", ms, 50, 60'000, "that the computation lasts")
        .parse(argc, argv);
    fmt::print("stopped while they wait, and in {} ms of computation\n", ms);
    double task_waits = 0, task_computes = 0;
    const double process_computes = stop_process(ms, false);
    fmt::print("process_waits_ms: {:.2f}\nprocess_computes_ms: {:.2f}\n",
               stop_process(ms, true), process_computes);
    const double thread_waits = stop_thread(ms, true);
    fmt::print("thread_waits_ms: {:.2f}\nthread_computes_ms: {:.2f}\n",
               thread_waits, stop_thread(ms, false));
    event_loop loop;
    loop.run(stop_task(ms, true, task_waits));
    loop.run(stop_task(ms, false, task_computes));
    fmt::print("task_waits_ms: {:.2f}\ntask_computes_ms: {:.2f}\n", task_waits,
               task_computes);
    print_coroutine_frames();
    const bool only_process =
        process_computes < 0.9 * double(ms) && task_computes >= double(ms);
    return finish<std::string>(
        only_process ? "only the process" : "others, too", "only the process");
} catch (...) {
    return failed("stop_each");
}
