// SIGTERM at random moments: the program ends by it, soon, and no child of its
// is left. In a binary of its own, because a process that forks must have one
// thread only.
#include "01-processes/pipe_queue.hpp"
#include "01-processes/process_pool.hpp"

#include "catch.hpp"
#include "children.hpp"
#include "common/stopwatch.hpp"

#include <sys/prctl.h>

#include <algorithm>
#include <random>

// The full campaign is for `test_signals '[.full]'`; see signals.md.
static constexpr int few = 50, many = 1000;
using std::chrono::milliseconds;

static void nap(int microseconds) {
    ::usleep(static_cast<useconds_t>(microseconds));
}

// --- The worst moment: a signal just before a wait begins --------------------

// The linker puts this in the place of poll(2), see CMakeLists.txt. After so
// many calls, the next one that waits is preceded by a signal.
static int polls_until_signal = -1; // -1: no signal
static pid_t signalled = 0;         // only this process
extern "C" int __real_poll(pollfd* ends, nfds_t count, int timeout);
extern "C" int __wrap_poll(pollfd* ends, nfds_t count, int timeout) {
    if (polls_until_signal >= 0 && signalled == ::getpid()) {
        polls_until_signal = std::max(0, polls_until_signal - 1);
        if (timeout != 0 && polls_until_signal == 0) {
            polls_until_signal = -1;
            ::raise(SIGTERM);
        }
    }
    return __real_poll(ends, count, timeout);
}
// Where a program would now wait for ever: there may have been fewer waits than
// that before, if what they would have waited for was there at once.
static void at_the_last_wait() {
    polls_until_signal = std::min(polls_until_signal, 1); // or -1 still
}

// --- What the programs are at: each would go on for long ---------------------

static int nap_a_little(const int& task) {
    nap(100 + task % 200);
    return task;
}
static void long_map() {
    process_pool<int, int> pool(nap_a_little, {.workers = 2});
    pool.map(std::vector<int>(1'000'000), 2);
}
static void submit_and_next() {
    process_pool<int, int> pool(nap_a_little, {.workers = 2, .prefetch = 2});
    for (int task = 0;; ++task) {
        pool.submit(task);
        if (task % 4 != 0)
            pool.next();
    }
}
// Short children, and now and then one that stays: a signal that was lost
// would never be noticed.
static void joins() {
    for (int i = 0;; ++i) {
        process child([i] {
            nap(i % 10 == 9 ? 1'000'000'000 : 100);
            return 0;
        });
        if (i % 10 == 9)
            at_the_last_wait();
        child.join();
    }
}
static void pipe_gets() {
    pipe_queue<int> queue;
    process writer([&] {
        for (int i = 0; i < 20; ++i, nap(i * 20))
            queue.put(i);
        nap(1'000'000'000);
        return 0;
    });
    for (int got = 0; queue.get();)
        if (++got == 20)
            at_the_last_wait();
}

// --- The campaign -----------------------------------------------------------

// Runs the program in a child, as main() would. `ready`: once it has begun.
static process start(void (*program)(), int ready, int polls = -1) {
    return process([=] {
        const descriptor nowhere(::open("/dev/null", O_WRONLY));
        ::dup2(nowhere.get(), STDERR_FILENO);
        try {
            stop_on_signals();
            signalled = ::getpid();
            polls_until_signal = polls;
            static_cast<void>(::write(ready, "r", 1));
            program();
            return 0; // never
        } catch (...) {
            return failed("test");
        }
    });
}
static void must_end(process& child) {
    REQUIRE(child.join(milliseconds(10'000)));
    REQUIRE(child.exit_code() == -SIGTERM);
    // We would have inherited what it has left.
    REQUIRE_FALSE(has_children());
}

// Seconds from the signal to the end.
static double stop(void (*program)(), int after) {
    int ends[2];
    check(::pipe(ends), "pipe");
    const descriptor from(ends[0]);
    descriptor to(ends[1]);
    process child = start(program, to.get());
    to.close();
    char ready = 0;
    REQUIRE(::read(from.get(), &ready, 1) == 1);
    nap(after);
    INFO("signalled after " << after << " us");
    const stopwatch clock;
    child.terminate();
    must_end(child);
    return clock.seconds();
}

static void campaign(void (*program)(), int times) {
    check(::prctl(PR_SET_CHILD_SUBREAPER, 1), "prctl");
    std::mt19937 random(7);
    std::uniform_int_distribution<int> after(0, 20'000); // microseconds
    std::vector<double> took;
    for (int i = 0; i < times; ++i)
        took.push_back(stop(program, after(random)));
    std::sort(took.begin(), took.end());
    const double p99 = took[took.size() * 99 / 100];
    WARN(times << " signals, each ended its program: p50 "
               << 1000 * took[took.size() / 2] << " ms, p99 " << 1000 * p99
               << " ms, at most " << 1000 * took.back() << " ms");
}

// Waits that last: if the signal were lost, the program would not end.
static int nap_for_long(const int&) {
    nap(1'000'000'000);
    return 0;
}
static void lasting_map() {
    process_pool<int, int>(nap_for_long, {.workers = 2}).map({1, 2, 3});
}
static void lasting_next() {
    process_pool<int, int> pool(nap_for_long, {.workers = 2});
    pool.submit(1);
    pool.next();
}
static void lasting_join() {
    process child([] { return nap_for_long(0); });
    child.join();
}
static void lasting_get() {
    pipe_queue<int> queue;
    process writer([&] {
        queue.put(1);
        return nap_for_long(0);
    });
    while (queue.get()) {
    }
}
TEST_CASE("SIGTERM just before a wait begins") {
    check(::prctl(PR_SET_CHILD_SUBREAPER, 1), "prctl");
    const descriptor nowhere(::open("/dev/null", O_WRONLY));
    for (const auto program :
         {lasting_map, lasting_next, lasting_join, lasting_get}) {
        process child = start(program, nowhere.get(), 1);
        must_end(child);
    }
    // And before each of the first waits of those that have many.
    for (const auto program : {long_map, submit_and_next, joins, pipe_gets})
        for (int polls = 1; polls <= 10; ++polls) {
            process child = start(program, nowhere.get(), polls);
            must_end(child);
        }
}

TEST_CASE("SIGTERM in a map") {
    campaign(long_map, few);
}
TEST_CASE("SIGTERM in a loop of submit and next") {
    campaign(submit_and_next, few);
}
TEST_CASE("SIGTERM in a loop of joins") {
    campaign(joins, few);
}
TEST_CASE("SIGTERM in a loop of gets from a pipe") {
    campaign(pipe_gets, few);
}
TEST_CASE("a thousand SIGTERM in a map", "[.full]") {
    campaign(long_map, many);
}
TEST_CASE("a thousand SIGTERM in a loop of submit and next", "[.full]") {
    campaign(submit_and_next, many);
}
TEST_CASE("a thousand SIGTERM in a loop of joins", "[.full]") {
    campaign(joins, many);
}
TEST_CASE("a thousand SIGTERM in a loop of gets from a pipe", "[.full]") {
    campaign(pipe_gets, many);
}
