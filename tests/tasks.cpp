// Chapter 06's tasks, loop and groups. tasks.sh compiles this eight ways, so
// it does without Catch2, which would take most of the time.
//
//     tasks TIMES     how many synchronous completions; a hundredth as many
//                     cancellations
#include "01-processes/messages.hpp"
#include "05-io-bound/loopback.hpp"
#include "06-coroutines/async_condition.hpp"
#include "06-coroutines/async_mutex.hpp"
#include "06-coroutines/async_queue.hpp"
#include "06-coroutines/async_semaphore.hpp"
#include "06-coroutines/async_socket.hpp"
#include "06-coroutines/in_pool.hpp"
#include "06-coroutines/within.hpp"

#include "01-processes/process.hpp"
#include "common/stopwatch.hpp"

#include <fcntl.h>
#include <fmt/core.h>

#include <sys/socket.h>

#include <filesystem>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <thread>

using namespace std::chrono_literals;

static std::int64_t checks = 0;
static void must(bool holds, const std::string& what) {
    ++checks;
    if (!holds)
        throw std::runtime_error("not so: " + what);
}
static void run(task<void> test) {
    event_loop().run(std::move(test));
}
// What `work` throws, in words.
template<class T>
static task<std::string> thrown(task<T> work) {
    try {
        static_cast<void>(co_await std::move(work));
    } catch (const cancelled&) {
        co_return "cancelled";
    } catch (const std::exception& error) {
        co_return error.what();
    }
    co_return "nothing";
}

// --- Tasks -------------------------------------------------------------------

static task<std::int64_t> number(std::int64_t n) {
    co_return n;
}
static task<void> many_completions(std::int64_t times) {
    std::int64_t sum = 0;
    for (std::int64_t i = 0; i < times; ++i)
        sum += co_await number(i);
    must(sum == times * (times - 1) / 2, "the sum of many completions");
}
static task<std::int64_t> depth(std::int64_t n) {
    if (n == 0)
        co_return 0;
    co_return 1 + co_await depth(n - 1);
}
static task<void> throws_deep(int levels) {
    if (levels == 0)
        throw std::invalid_argument("from below");
    co_await throws_deep(levels - 1);
}
static task<void> recursion() {
    must(co_await depth(100'000) == 100'000, "recursion to 100,000");
    for (const int levels : {1, 10, 10'000, 100'000})
        try {
            co_await throws_deep(levels);
            must(false, "an exception from below");
        } catch (const std::invalid_argument& error) {
            must(std::string(error.what()) == "from below", "its text");
        }
}
// Each frame owns the next one, and none has begun.
static task<void> owns(task<void> inner) {
    co_await std::move(inner);
}
static task<void> nothing() {
    co_return;
}
static void chains() {
    task<void> chain = nothing();
    for (int i = 0; i < 100'000; ++i)
        chain = owns(std::move(chain));
    { // destroyed without having begun
        const task<void> gone = std::move(chain);
    }
    chain = nothing();
    for (int i = 0; i < 100'000; ++i)
        chain = owns(std::move(chain));
    run(std::move(chain));
}
static task<void> waits_deep(int levels, async_event& never) {
    if (levels == 0)
        co_await never.wait();
    else
        co_await waits_deep(levels - 1, never);
}
static task<void> deep_chain_is_cancelled() {
    async_event never;
    must(co_await thrown(within(1ms, waits_deep(100'000, never)))
             == "no result within the limit",
         "a deep chain can be cancelled");
}

static task<void> takes(std::shared_ptr<int> argument, bool* ran) {
    *ran = *argument == 7;
    co_return;
}
static task<std::unique_ptr<int>> move_only() {
    co_return std::make_unique<int>(5);
}
struct throws_when_moved {
    throws_when_moved() = default;
    throws_when_moved(throws_when_moved&&) {
        throw std::runtime_error("moved");
    }
};
static task<throws_when_moved> throwing_move() {
    co_return throws_when_moved();
}
static task<void> ownership() {
    const auto argument = std::make_shared<int>(7);
    bool ran = false;
    {
        const task<void> never_awaited = takes(argument, &ran);
        must(argument.use_count() == 2, "a frame holds its arguments");
    }
    must(argument.use_count() == 1 && !ran, "calling it runs nothing");
    task<void> once = takes(argument, &ran);
    co_await std::move(once);
    must(ran && argument.use_count() == 1, "awaiting it runs it");
    // NOLINTNEXTLINE(bugprone-use-after-move): that is what is tested
    must(co_await thrown(std::move(once)) == "a task can be awaited only once",
         "awaiting it twice is an error");
    must(*co_await move_only() == 5, "a result that can only be moved");
    must(co_await thrown(throwing_move()) == "moved", "a move that throws");
}

// --- Groups and cancellation -------------------------------------------------

static task<void> waits_for_ever(int* ended, int* begun = nullptr) {
    struct on_exit {
        int* count;
        ~on_exit() { ++*count; }
    } const guard{ended};
    if (begun != nullptr)
        ++*begun;
    co_await async_event().wait();
}
static task<void> fails(std::string text, event_loop::clock::duration after) {
    co_await sleep_for(after);
    throw std::runtime_error(text);
}
// Cleans up with a wait of its own; and may fail at that.
static task<void> cleans_up(int* cleaned, std::string failure = "") {
    try {
        co_await async_event().wait();
    } catch (const cancelled&) {
    }
    co_await sleep_for(2ms);
    ++*cleaned;
    if (!failure.empty())
        throw std::runtime_error(failure);
    throw cancelled();
}

static task<void> first_failure_cancels() {
    int ended = 0;
    auto body = [&](task_group& group) -> task<void> {
        for (int i = 0; i < 9; ++i)
            group.spawn(waits_for_ever(&ended));
        group.spawn(fails("one of ten", 1ms));
        co_return;
    };
    try {
        co_await in_group(body);
        must(false, "a group throws");
    } catch (const group_error& error) {
        must(error.errors.size() == 1, "one error");
        must(std::string(error.what()) == "one of ten", "its text");
    }
    must(ended == 9, "the others were cancelled, and awaited");
}
static task<void> all_errors_are_kept() {
    int cleaned = 0;
    auto body = [&](task_group& group) -> task<void> {
        group.spawn(cleans_up(&cleaned, "while cleaning up"));
        group.spawn(cleans_up(&cleaned));
        group.spawn(fails("first", 1ms));
        co_await sleep_for(1h);
    };
    must(co_await thrown(in_group(body)) == "first; while cleaning up",
         "all errors, the first first");
    must(cleaned == 2, "cleaning up may wait");
    auto body_fails = [&](task_group& group) -> task<void> {
        group.spawn(cleans_up(&cleaned));
        co_await next_turn();
        throw std::runtime_error("the body");
    };
    must(co_await thrown(in_group(body_fails)) == "the body",
         "a body that fails cancels the others");
    must(cleaned == 3, "and waits for them");
}
// Inner groups within outer ones, cancelled from outside.
static task<void> nested(int levels, int* ended) {
    auto body = [&](task_group& group) -> task<void> {
        group.spawn(waits_for_ever(ended));
        if (levels > 0)
            group.spawn(nested(levels - 1, ended));
        co_return;
    };
    co_await in_group(body);
}
static task<void> cancelled_parents() {
    int ended = 0;
    must(co_await thrown(within(2ms, nested(10, &ended)))
             == "no result within the limit",
         "a cancelled parent says that it is cancelled");
    must(ended == 11, "and so are all below it");
    // An error below, while being cancelled from above, is not lost.
    int cleaned = 0;
    auto body = [&](task_group& group) -> task<void> {
        group.spawn(cleans_up(&cleaned, "below"));
        co_return;
    };
    must(co_await thrown(within(2ms, in_group(body))) == "below",
         "an error has priority over a cancellation");
    // The inner group fails, and that cancels the outer one.
    auto inner = [&](task_group& group) -> task<void> {
        group.spawn(fails("inner", 1ms));
        group.spawn(waits_for_ever(&ended));
        co_return;
    };
    auto outer = [&](task_group& group) -> task<void> {
        group.spawn(waits_for_ever(&ended));
        co_await in_group(inner);
    };
    must(co_await thrown(in_group(outer)) == "inner", "an error goes up");
    must(ended == 13, "through all groups");
}
static task<void> cancel_at_any_time() {
    int begun = 0, ended = 0;
    auto before_start = [&](task_group& group) -> task<void> {
        group.spawn(waits_for_ever(&ended, &begun));
        group.cancel();
        group.spawn(waits_for_ever(&ended, &begun)); // nor after that
        co_return;
    };
    co_await in_group(before_start);
    must(begun == 0 && ended == 0, "cancelled before it began: never began");
    auto twice = [&](task_group& group) -> task<void> {
        group.spawn(waits_for_ever(&ended, &begun));
        co_await next_turn();
        group.cancel();
        group.cancel();
    };
    co_await in_group(twice);
    must(begun == 1 && ended == 1, "cancelled twice: once");
    // Woken and then cancelled: the wait is over, the next one is cancelled.
    int marks = 0;
    async_event event;
    auto two_waits = [](async_event& wait, int& marked) -> task<void> {
        co_await wait.wait();
        ++marked;
        co_await sleep_for(1h);
        ++marked;
    };
    auto late = [&](task_group& group) -> task<void> {
        group.spawn(two_waits(event, marks));
        co_await next_turn();
        event.set();
        group.cancel();
    };
    co_await in_group(late);
    must(marks == 1, "a cancellation that comes late is for the next wait");
    // At the end there is nothing to cancel.
    auto at_end = [&](task_group& group) -> task<void> {
        group.spawn(nothing());
        co_await next_turn();
        co_await next_turn();
        group.cancel();
    };
    co_await in_group(at_end);
    // A thread cancels.
    auto by_thread = [&](task_group& group) -> task<void> {
        group.spawn(waits_for_ever(&ended, &begun));
        event_loop& loop = event_loop::current();
        std::jthread([&] { loop.post([&] { group.cancel(); }); }).join();
        co_await sleep_for(1h);
    };
    co_await in_group(by_thread);
    must(begun == 2 && ended == 2, "a thread may cancel, by post()");
}
static task<void> found_by_readers() {
    // A member is spawned when all have ended, and nobody has been told yet.
    async_event last_but_one;
    task_group* the_group = nullptr;
    bool ran = false;
    auto says_so = [&]() -> task<void> {
        co_await next_turn();
        last_but_one.set(); // before the group's own event
    };
    auto marks = [&]() -> task<void> {
        co_await next_turn();
        ran = true;
    };
    auto from_outside = [&]() -> task<void> {
        co_await last_but_one.wait();
        the_group->spawn(marks());
    };
    auto inner = [&](task_group& group) -> task<void> {
        the_group = &group;
        group.spawn(says_so());
        co_return;
    };
    auto outer = [&](task_group& group) -> task<void> {
        group.spawn(from_outside());
        co_await in_group(inner);
        must(ran, "a group waits for the one that came last");
    };
    co_await in_group(outer);
    // A cancellation is not forgotten because of an error.
    int cleaned = 0, marked = 0;
    auto failing = [&](task_group& group) -> task<void> {
        group.spawn(cleans_up(&cleaned, "while cleaning up"));
        co_return;
    };
    auto goes_on = [&]() -> task<void> {
        must(co_await thrown(in_group(failing)) == "while cleaning up",
             "the error comes out");
        co_await sleep_for(1h);
        ++marked;
    };
    auto stops_it = [&](task_group& group) -> task<void> {
        group.spawn(goes_on());
        co_await sleep_for(1ms);
        group.cancel();
    };
    co_await in_group(stops_it);
    must(marked == 0, "and then the cancellation");
    // within() loses nothing when it is cancelled from outside.
    async_queue<int> queue(1);
    int got = 0;
    auto gets = [&]() -> task<int> { co_return *co_await queue.get(); };
    auto gets_within = [&]() -> task<void> {
        got = co_await within(1h, gets());
        co_await sleep_for(1h);
        ++marked;
    };
    auto hands_over = [&](task_group& group) -> task<void> {
        group.spawn(gets_within());
        co_await sleep_for(1ms);
        co_await queue.put(7);
        group.cancel();
    };
    co_await in_group(hands_over);
    must(got == 7 && marked == 0, "what was handed over is not lost");
    // Errors of use.
    auto no_descriptor = []() -> task<void> { co_await readable(-1); };
    must((co_await thrown(no_descriptor())).find("epoll_ctl") == 0,
         "a descriptor of -1 is an error");
    auto runs_again = []() -> task<void> {
        event_loop::current().run(nothing());
        co_return;
    };
    must(co_await thrown(runs_again()) == "this event loop is running already",
         "a loop within itself is an error");
    auto spawns_twice = [](task_group& group) -> task<void> {
        task<void> once = nothing();
        group.spawn(std::move(once));
        // NOLINTNEXTLINE(bugprone-use-after-move): that is what is tested
        group.spawn(std::move(once));
        co_return;
    };
    must(co_await thrown(in_group(spawns_twice))
             == "a task can be awaited only once",
         "spawning it twice is an error");
    auto too_few = []() -> task<void> {
        const async_semaphore none(-1);
        co_return;
    };
    must(co_await thrown(too_few()) == "async_semaphore: at least 0 permits",
         "a semaphore of less than nothing is an error");
    // The longest time does not overflow.
    auto sleeps_long = []() -> task<void> {
        co_await sleep_for(event_loop::clock::duration::max());
    };
    must(co_await thrown(within(1ms, sleeps_long()))
             == "no result within the limit",
         "the longest sleep lasts");
    must(co_await within(event_loop::clock::duration::max(), number(3)) == 3,
         "the longest limit is one");
    // A child that is forked here may have a loop of its own.
    process child([] {
        event_loop().run(nothing());
        return 5;
    });
    co_await readable(child.pidfd());
    must(child.exit_code() == 5, "a child's own loop: " + child.how_it_ended());
}
// Who cleans up is cancelled once, whoever cancels again.
static task<void> cancelled_once() {
    int cleaned = 0;
    auto cleans_slowly = [&]() -> task<void> {
        try {
            co_await async_event().wait();
        } catch (const cancelled&) {
        }
        co_await sleep_for(10ms);
        ++cleaned;
    };
    auto fails_at_that = [&]() -> task<void> {
        try {
            co_await async_event().wait();
        } catch (const cancelled&) {
            throw std::runtime_error("cleaning up");
        }
    };
    auto error_meanwhile = [&](task_group& group) -> task<void> {
        group.spawn(cleans_slowly());
        group.spawn(fails_at_that());
        co_await next_turn();
        group.cancel();
    };
    must(co_await thrown(in_group(error_meanwhile)) == "cleaning up",
         "an error while others clean up");
    must(cleaned == 1, "does not disturb them");
    auto limited = [&]() -> task<void> {
        co_await within(2ms, cleans_slowly());
    };
    auto outer_too = [&](task_group& group) -> task<void> {
        group.spawn(limited());
        co_await sleep_for(6ms);
        group.cancel();
    };
    co_await in_group(outer_too);
    must(cleaned == 2, "nor does an outer group");
}
// To await a child is no wait: only what waits can be cancelled.
static task<void> calls_are_no_waits() {
    async_queue<int> items(1);
    int stored = 0, later = 0;
    auto store = [&](int item) -> task<void> {
        stored = item;
        co_return;
    };
    auto worker = [&]() -> task<void> {
        co_await store(*co_await items.get());
        co_await next_turn();
        ++later;
    };
    auto body = [&](task_group& group) -> task<void> {
        group.spawn(worker());
        co_await next_turn();
        co_await items.put(7);
        group.cancel();
    };
    co_await in_group(body);
    must(stored == 7 && later == 0, "the item is stored, the wait cancelled");
    auto gives_up = []() -> task<void> {
        co_await next_turn();
        throw cancelled();
    };
    stopwatch clock;
    must(co_await thrown(within(1h, gives_up())) == "cancelled",
         "a body that is cancelled by itself ends its group");
}
// A call that does not wait lets nobody in, however many there are.
static task<void> calls_are_not_interrupted() {
    int sum = 0;
    auto leaf = []() -> task<void> { co_return; };
    auto counts = [&]() -> task<void> {
        for (int i = 0; i < 10; ++i) {
            const int seen = sum;
            co_await leaf();
            sum = seen + 1;
        }
    };
    auto body = [&](task_group& group) -> task<void> {
        for (int i = 0; i < 1000; ++i)
            group.spawn(counts());
        co_return;
    };
    co_await in_group(body);
    must(sum == 10'000, "no update is lost");
}
// A task whose socket is always ready lets the others have their turn, and can
// be cancelled.
static task<void> nobody_starves() {
    descriptor here, there;
    std::tie(here, there) = socket_pair();
    std::atomic<bool> enough = false;
    std::jthread floods([&] {
        const std::string text(100'000, 'x');
        while (!enough)
            ::send(there.get(), text.data(), text.size(), MSG_NOSIGNAL);
    });
    std::int64_t calls = 0, most = 0;
    auto reads = [&]() -> task<void> {
        std::array<char, 16> bytes;
        for (;; ++calls)
            co_await async_receive(here, bytes);
    };
    auto looks = [&]() -> task<void> {
        for (int i = 0; i < 100; ++i) {
            const std::int64_t before = calls;
            co_await next_turn();
            most = std::max(most, calls - before);
        }
    };
    auto body = [&](task_group& group) -> task<void> {
        group.spawn(reads());
        co_await looks();
        group.cancel();
    };
    co_await in_group(body);
    must(most <= 256, "the others have their turn");
    must(co_await thrown(within(5ms, reads())) == timed_out().what(),
         "who reads without a wait can be cancelled");
    enough = true;
    here.close(); // ends the last send
}
// co_return converts as a function's return does.
template<class T, class From>
constexpr bool can_return = requires(promise_of<T> promise, From from) {
    promise.return_value(std::move(from));
};
static_assert(can_return<std::string, const char*>);
static_assert(!can_return<std::vector<int>, int>);
static_assert(!can_return<std::unique_ptr<int>, int*>);
static task<std::pair<int, int>> in_braces() {
    co_return {1, 2};
}
static task<void> misuse() {
    must((co_await in_braces()).second == 2, "co_return takes braces");
    // A pool that is stopped before it comes to it; and before it is asked.
    auto pool = std::make_unique<thread_pool>(1);
    std::promise<void> gate;
    pool->submit([&] { gate.get_future().wait(); });
    auto asks = [&]() -> task<void> {
        co_await in_pool(*pool, [] { return 1; });
    };
    std::jthread stopping;
    auto body = [&](task_group& group) -> task<void> {
        group.spawn(asks());
        co_await next_turn();
        stopping = std::jthread([&] { pool->stop(); });
    };
    const std::string said = co_await thrown(in_group(body));
    gate.set_value(); // the pool's one thread was there all the time
    must(said == "in_pool: the pool was stopped",
         "a pool that does not come to it");
    must(co_await thrown(asks()) == "in_pool: the pool was stopped",
         "a pool that is stopped");
    thread_pool other(1);
    int calls = 0;
    auto asks_again = [&]() -> task<void> {
        for (;; ++calls)
            co_await in_pool(other, [] { std::this_thread::sleep_for(1ms); });
    };
    must(co_await thrown(within(5ms, asks_again())) == timed_out().what(),
         "who asks a pool again and again can be cancelled");
    async_mutex mutex;
    auto locks = [&]() -> task<async_mutex::guard> {
        co_return co_await mutex.lock();
    };
    { const auto guard = co_await within(1h, locks()); }
    auto waits_for = [](int fd) -> task<void> { co_await readable(fd); };
    must((co_await thrown(waits_for(2'000'000'000))).find("epoll_ctl: Bad")
             == 0,
         "no memory for a number that is no descriptor");
    event_loop& loop = event_loop::current();
    std::string text;
    std::jthread([&] {
        try {
            loop.run(nothing());
        } catch (const std::logic_error& error) {
            text = error.what();
        }
    }).join();
    must(text == "this event loop is another thread's", "one thread a loop");
}
static task<void> limits() {
    auto answer = [](event_loop::clock::duration after) -> task<int> {
        co_await sleep_for(after);
        co_return 42;
    };
    must(co_await within(1h, answer(1ms)) == 42, "a result in time");
    const stopwatch clock;
    must(co_await thrown(within(5ms, answer(1h)))
             == "no result within the limit",
         "no result in time");
    must(co_await thrown(within(1h, fails("bad", 1ms))) == "bad",
         "an exception in time");
    must(clock.seconds() < 60, "and none waits for the hour");
}

// --- What is handed from task to task ----------------------------------------

static task<void> first_come_first_served() {
    async_mutex mutex;
    async_semaphore permits(3);
    async_queue<int> queue(1);
    std::vector<int> locked, permitted, got, put;
    int inside = 0, permitted_now = 0, most = 0;
    auto one = [&](int i) -> task<void> {
        {
            const auto lock = co_await mutex.lock();
            locked.push_back(i);
            must(++inside == 1, "one at a time");
            co_await next_turn();
            --inside;
        }
        const auto permit = co_await permits.acquire();
        permitted.push_back(i);
        most = std::max(most, ++permitted_now);
        for (int turns = i % 7; turns > 0; --turns)
            co_await next_turn();
        --permitted_now;
    };
    auto all = [&](task_group& group) -> task<void> {
        for (int i = 0; i < 100; ++i)
            group.spawn(one(i));
        co_return;
    };
    co_await in_group(all);
    must(std::is_sorted(locked.begin(), locked.end()) && locked.size() == 100,
         "the lock: first come first served");
    must(std::is_sorted(permitted.begin(), permitted.end())
             && permitted.size() == 100,
         "permits: first come first served");
    must(most == 3, "as many at a time as there are permits");
    // Each inner lambda outlives the tasks that it makes.
    auto puts = [&](int i) -> task<void> {
        must(co_await queue.put(i), "an open queue takes items");
        put.push_back(i);
    };
    auto gets = [&](int i) -> task<void> {
        const auto item = co_await queue.get();
        got.push_back(item ? *item : -1 - i);
    };
    auto exchange = [&](task_group& group) -> task<void> {
        for (int i = 0; i < 50; ++i)
            group.spawn(puts(i)); // most of them wait for room
        co_await next_turn();
        for (int i = 0; i < 100; ++i)
            group.spawn(gets(i)); // and then these for items
        co_await next_turn();
        for (int i = 50; i < 100; ++i)
            group.spawn(puts(i));
    };
    co_await in_group(exchange);
    must(got.size() == 100 && std::is_sorted(got.begin(), got.end())
             && got.front() == 0,
         "a queue: first come first served");
    auto closing = [&](task_group& group) -> task<void> {
        group.spawn(gets(0));
        co_await next_turn();
        queue.close();
        must(!co_await queue.put(1), "a closed queue takes nothing");
    };
    co_await in_group(closing);
    must(got.back() == -1, "and wakes who waits");
    // A condition wakes one, or all.
    async_condition changed;
    int ready_ones = 0, woken = 0;
    auto waits = [&]() -> task<void> {
        while (ready_ones == 0)
            co_await changed.wait();
        --ready_ones;
        ++woken;
    };
    auto notifies = [&](task_group& group) -> task<void> {
        for (int i = 0; i < 10; ++i)
            group.spawn(waits());
        co_await next_turn();
        ready_ones = 1;
        changed.notify_one();
        for (int i = 0; i < 3; ++i)
            co_await next_turn();
        must(woken == 1, "notify_one wakes one");
        ready_ones = 9;
        changed.notify_all();
    };
    co_await in_group(notifies);
    must(woken == 10 && ready_ones == 0, "notify_all wakes all");
}

// Whatever is cancelled, and when: each item that went in comes out once, and
// locks and permits are free at the end.
static task<void> random_cancellations(std::int64_t times) {
    std::mt19937_64 random(1);
    async_mutex mutex;
    async_semaphore permits(2);
    async_queue<std::int64_t> queue(3);
    std::int64_t next_item = 0, in = 0, in_sum = 0, out = 0, out_sum = 0;
    std::int64_t cancellations = 0, inside = 0, permitted = 0;
    auto work = [&]() -> task<void> {
        try {
            switch (random() % 5) {
            case 0: {
                const std::int64_t item = next_item++;
                if (co_await queue.put(item)) {
                    ++in;
                    in_sum += item;
                }
                break;
            }
            case 1:
                if (const auto item = co_await queue.get()) {
                    ++out;
                    out_sum += *item;
                }
                break;
            case 2: {
                const auto lock = co_await mutex.lock();
                must(++inside == 1, "one at a time, cancelled or not");
                struct leave {
                    std::int64_t& inside;
                    ~leave() { --inside; }
                } const guard{inside};
                co_await next_turn();
                break;
            }
            case 3: {
                const auto permit = co_await permits.acquire();
                must(++permitted <= 2, "two at a time, cancelled or not");
                struct leave {
                    std::int64_t& permitted;
                    ~leave() { --permitted; }
                } const guard{permitted};
                co_await next_turn();
                break;
            }
            default:
                co_await sleep_for(std::chrono::microseconds(random() % 50));
            }
        } catch (const cancelled&) {
            ++cancellations;
            throw;
        }
    };
    auto some = [&](task_group& group) -> task<void> {
        const std::size_t workers = 1 + random() % 40;
        for (std::size_t i = 0; i < workers; ++i)
            group.spawn(work());
        for (auto turns = random() % 4; turns > 0; --turns)
            co_await next_turn();
        group.cancel();
    };
    while (cancellations < times)
        co_await in_group(some);
    while (queue.size() > 0) {
        ++out;
        out_sum += *co_await queue.get();
    }
    must(in == out && in_sum == out_sum && in > 0, "each item comes out once");
    const auto lock = co_await mutex.lock();
    const auto first = co_await permits.acquire(),
               second = co_await permits.acquire();
    must(true, "nothing is held");
    fmt::print("{} cancellations, {} items in and out\n", cancellations, in);
}

// --- The loop ----------------------------------------------------------------

static task<void> timers() {
    std::vector<int> order;
    const auto start = event_loop::clock::now();
    auto at = [&](int i, event_loop::clock::time_point when) -> task<void> {
        co_await sleep_until(when);
        must(event_loop::clock::now() >= when, "no timer is early");
        order.push_back(i);
    };
    auto body = [&](task_group& group) -> task<void> {
        group.spawn(at(4, start + 20ms));
        group.spawn(at(3, start + 10ms));
        group.spawn(at(0, event_loop::clock::time_point::min()));
        group.spawn(at(1, start - 1h));
        group.spawn(at(2, start)); // past, too, by now
        for (int i = 5; i < 1000; ++i)
            group.spawn(at(i, start + 30ms)); // equal
        co_return;
    };
    co_await in_group(body);
    must(order.size() == 1000 && std::is_sorted(order.begin(), order.end()),
         "timers come in order, equal ones as they were set");
    // Far ones, cancelled: else this would last.
    auto far = [&](task_group& group) -> task<void> {
        for (int i = 0; i < 100'000; ++i)
            group.spawn(at(i, i % 2 == 0 ? event_loop::clock::time_point::max()
                                         : start + std::chrono::hours(i)));
        co_await next_turn();
        group.cancel();
    };
    co_await in_group(far);
    must(order.size() == 1000, "cancelled timers do not wake");
}

static task<void> descriptors() {
    descriptor here, there; // clang 14 captures no structured bindings
    std::tie(here, there) = socket_pair();
    char byte = 0;
    std::vector<int> seen;
    auto reads = [&]() -> task<void> {
        co_await readable(here.get());
        must(::read(here.get(), &byte, 1) == 1, "what is readable can be read");
        seen.push_back(byte);
    };
    auto writes = [&]() -> task<void> {
        co_await writable(here.get());
        seen.push_back(0);
    };
    auto body = [&](task_group& group) -> task<void> {
        group.spawn(reads());
        group.spawn(writes()); // both at the same descriptor
        while (seen.empty())   // or this goes on for ever
            co_await next_turn();
        must(seen == std::vector<int>{0}, "writable at once, not readable");
        must(::write(there.get(), "a", 1) == 1, "write");
    };
    co_await in_group(body);
    must(seen == std::vector<int>{0, 'a'}, "readable now");
    // Two readers of one descriptor are an error of the second.
    auto second = [&](task_group& group) -> task<void> {
        group.spawn(reads());
        co_await next_turn();
        must(co_await thrown(reads()) == "two tasks wait for one descriptor",
             "one reader at a time");
        group.cancel();
    };
    co_await in_group(second);
    // After a cancellation, and with its number used again.
    const int number = here.get();
    must(::write(there.get(), "b", 1) == 1, "write");
    co_await reads();
    there.close();
    co_await readable(here.get()); // the end
    must(::read(here.get(), &byte, 1) == 0, "a hang-up wakes who reads");
    here.close();
    std::tie(here, there) = socket_pair();
    must(here.get() == number || there.get() == number, "the number is used");
    auto idle = [&](task_group& group) -> task<void> {
        group.spawn(reads());
        co_await next_turn();
        const double before = cpu_ms(CLOCK_THREAD_CPUTIME_ID);
        co_await sleep_for(50ms);
        must(cpu_ms(CLOCK_THREAD_CPUTIME_ID) - before < 25, "no spinning");
        group.cancel();
    };
    co_await in_group(idle);
    // A file on a disk has no readiness, and a closed descriptor none.
    const descriptor file(::open("/proc/self/exe", O_RDONLY | O_CLOEXEC));
    auto waits_for = [](int fd) -> task<void> { co_await readable(fd); };
    must((co_await thrown(waits_for(file.get()))).find("epoll_ctl") == 0,
         "a file is an error");
    must((co_await thrown(waits_for(1'000'000))).find("epoll_ctl") == 0,
         "no descriptor is an error");
    // An event of one that nobody waits for any more does no harm.
    auto leave = [&](task_group& group) -> task<void> {
        group.spawn(reads());
        co_await next_turn();
        must(::write(there.get(), "c", 1) == 1, "write");
        group.cancel(); // before the loop has looked
    };
    const std::size_t before = seen.size();
    co_await in_group(leave);
    co_await sleep_for(2ms);
    must(seen.size() == before, "a cancelled reader has read nothing");
    co_await reads();
    must(seen.back() == 'c', "the next one does");
}

static std::int64_t open_descriptors() {
    const std::filesystem::directory_iterator all("/proc/self/fd");
    return std::distance(begin(all), end(all));
}

static task<void> sockets() {
    const std::int64_t before = open_descriptors();
    // More than the kernel takes: who sends has to wait, and all arrives.
    std::string text(30'000'000, ' '), got;
    for (std::size_t i = 0; i < text.size(); ++i)
        text[i] = char('a' + i % 23);
    descriptor listening = listen_on_loopback();
    must(::fcntl(listening.get(), F_SETFL, O_NONBLOCK) == 0, "fcntl");
    auto sends = [&]() -> task<void> {
        const descriptor client = co_await async_connect_to(port_of(listening));
        co_await async_send_all(client, text);
    };
    auto receives = [&](descriptor from) -> task<void> {
        std::array<char, 10'000> bytes;
        while (const std::size_t size = co_await async_receive(from, bytes))
            got.append(bytes.data(), size);
    };
    auto both = [&](task_group& group) -> task<void> {
        group.spawn(sends());
        co_await receives(co_await async_accept(listening));
    };
    co_await in_group(both);
    must(got == text, "thirty million bytes arrive");
    // Nobody reads: cancelled in the middle of a text, of which something has
    // come by then.
    descriptor gone_soon;
    bool sent_all = false;
    auto sends_in_vain = [&]() -> task<void> {
        co_await sends();
        sent_all = true;
    };
    auto cancels = [&](task_group& group) -> task<void> {
        group.spawn(sends_in_vain());
        gone_soon = co_await async_accept(listening);
        co_await readable(gone_soon.get());
        group.cancel();
    };
    co_await in_group(cancels);
    must(!sent_all, "who sends can be cancelled");
    must(co_await thrown(within(5ms, receives(connect_to(port_of(listening)))))
             == timed_out().what(),
         "who receives can be cancelled");
    got.clear();
    co_await receives(std::move(gone_soon));
    must(!got.empty() && text.starts_with(got), "a part of the text");
    co_await async_accept(listening);
    auto accepts = [&]() -> task<void> { co_await async_accept(listening); };
    must(co_await thrown(within(5ms, accepts())) == timed_out().what(),
         "who accepts can be cancelled");
    // Its queue is full: cancelled while it connects.
    descriptor full = bound_to_loopback(SOCK_STREAM);
    must(::listen(full.get(), 0) == 0, "listen");
    descriptor first = connect_to(port_of(full));
    auto connects = [](std::uint16_t port) -> task<void> {
        co_await async_connect_to(port);
    };
    must(co_await thrown(within(5ms, connects(port_of(full))))
             == timed_out().what(),
         "who connects can be cancelled");
    const std::uint16_t port = port_of(listening);
    listening.close();
    must((co_await thrown(connects(port))).find("connect: ") == 0,
         "refused, at once");
    full.close();
    first.close();
    must(open_descriptors() == before, "all descriptors are closed");
}

static task<void> children() {
    process child([] { return 7; });
    co_await readable(child.pidfd());
    must(child.exit_code() == 7, "a child's end is an event");
}

static task<void> threads() {
    thread_pool pool(2);
    must(co_await in_pool(pool, [] { return 42; }) == 42, "a pool's result");
    auto bad = [&]() -> task<void> {
        co_await in_pool(pool, [] { throw std::runtime_error("there"); });
    };
    must(co_await thrown(bad()) == "there", "a pool's exception");
    // Cancelled meanwhile: the result comes first.
    bool has_result = false, went_on = false;
    auto waits = [&]() -> task<void> {
        has_result = co_await in_pool(pool, [] {
            std::this_thread::sleep_for(10ms);
            return true;
        });
        co_await sleep_for(1h);
        went_on = true;
    };
    auto body = [&](task_group& group) -> task<void> {
        group.spawn(waits());
        co_await next_turn();
        group.cancel();
    };
    co_await in_group(body);
    must(has_result && !went_on, "a thread cannot be cancelled, the next is");
    // Calls from many threads all arrive.
    event_loop& loop = event_loop::current();
    std::int64_t calls = 0;
    async_event all;
    {
        std::vector<std::jthread> posting;
        for (int i = 0; i < 4; ++i)
            posting.emplace_back([&] {
                for (int call = 0; call < 1000; ++call)
                    loop.post([&] {
                        if (++calls == 4000)
                            all.set();
                    });
            });
        co_await all.wait();
    }
    must(calls == 4000, "each call is called");
}

static task<void> blocking_is_reported() {
    // On a busy machine others may be slow, too.
    event_loop::clock::duration how_long{};
    event_loop::current().report_blocking(
        10ms, [&](const char* name, event_loop::clock::duration took) {
            if (std::string(name) == "the blocker")
                how_long = took;
        });
    auto blocks = []() -> task<void> {
        std::this_thread::sleep_for(20ms);
        co_return;
    };
    auto body = [&](task_group& group) -> task<void> {
        group.spawn(blocks(), "the blocker");
        co_return;
    };
    co_await in_group(body);
    must(how_long >= 20ms, "who blocks is named");
    event_loop::current().report_blocking({}, nullptr);
}

// SIGINT while a thousand wait: all end, and the loop throws.
static void stop() {
    process child([] {
        stop_on_signals();
        int ended = 0;
        auto body = [&](task_group& group) -> task<void> {
            for (int i = 0; i < 1000; ++i)
                group.spawn(waits_for_ever(&ended));
            co_await next_turn();
            ::raise(SIGINT);
            co_await sleep_for(1h);
        };
        try {
            event_loop().run(in_group(body));
        } catch (const stopped_by_signal&) {
            if (ended == 1000 && frames.created == frames.destroyed)
                throw;
        }
        return 1;
    });
    child.join();
    must(child.exit_code() == -SIGINT,
         "SIGINT ends it: " + child.how_it_ended());
}

int main(int argc, char** argv) try {
    const std::int64_t times = argc > 1 ? std::stoll(argv[1]) : 10'000'000;
    stop(); // before there are threads
    run(many_completions(times));
    run(recursion());
    chains();
    run(deep_chain_is_cancelled());
    run(ownership());
    run(first_failure_cancels());
    run(all_errors_are_kept());
    run(cancelled_parents());
    run(cancel_at_any_time());
    run(found_by_readers());
    run(cancelled_once());
    run(calls_are_no_waits());
    run(calls_are_not_interrupted());
    run(nobody_starves());
    run(misuse());
    run(limits());
    run(first_come_first_served());
    run(random_cancellations(times / 100));
    run(timers());
    run(descriptors());
    run(sockets());
    run(children());
    run(threads());
    run(blocking_is_reported());
    must(frames.created == frames.destroyed, "frames created = destroyed");
    fmt::print("{} checks, {} completions, {} frames created and destroyed\n",
               checks, times, frames.created);
    return 0;
} catch (...) {
    return failed("tasks");
}
