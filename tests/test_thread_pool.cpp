// thread_pool under everything that its tasks and owners can do to it. A case
// that hangs is ended by whoever runs this: ctest, or timeout(1), at whose
// signal Catch says which case it was.
#include "02-threads/thread_pool.hpp"

#include "catch.hpp"
#include "common/check.hpp"
#include "common/stopwatch.hpp"
#include "other_thread.hpp"

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <filesystem>
#include <functional>
#include <latch>
#include <optional>
#include <string>
#include <vector>

using namespace std::chrono_literals;

// The full campaigns are for `test_thread_pool '[full]'`.
static constexpr int few_tasks = 40'000, many_tasks = 1'000'000;
static constexpr int few_stops = 300, many_stops = 10'000;

// Keeps threads of a pool busy until it is told, or destroyed.
class long_tasks {
  public:
    explicit long_tasks(thread_pool& pool, std::ptrdiff_t count = 1)
        : begun_(std::make_shared<std::latch>(count)) {
        for (std::ptrdiff_t i = 0; i < count; ++i)
            pool.submit([begun = begun_, over = over_] {
                begun->count_down();
                over->wait();
            });
        begun_->wait();
    }
    ~long_tasks() { end(); }
    void end() {
        if (!over_->try_wait())
            over_->count_down();
    }

  private:
    std::shared_ptr<std::latch> begun_, over_ = std::make_shared<std::latch>(1);
};

// --- Results
// ------------------------------------------------------------------

TEST_CASE("what a task returns comes out of get") {
    thread_pool pool(2);
    CHECK(pool.workers() == 2);
    CHECK(pool.submit([] { return 6 * 7; }).get() == 42);
    CHECK(pool.submit([text = std::string("a")] { return text + "b"; }).get()
          == "ab");
    std::atomic<bool> done = false;
    auto nothing = pool.submit([&] { done = true; });
    STATIC_REQUIRE(std::is_void_v<decltype(nothing.get())>);
    nothing.get();
    CHECK(done);
    // A function that changes itself, and one by its address.
    CHECK(pool.submit([x = 1]() mutable { return ++x; }).get() == 2);
    CHECK(pool.submit(+[] { return 3; }).get() == 3);
}

TEST_CASE("functions and results that can only be moved") {
    thread_pool pool(1);
    auto future = pool.submit([x = std::make_unique<int>(7)]() mutable {
        ++*x;
        return std::move(x);
    });
    const std::unique_ptr<int> result = future.get();
    CHECK(*result == 8);
}

TEST_CASE("ready says whether get would wait") {
    thread_pool pool(1);
    long_tasks busy(pool);
    auto later = pool.submit([] { return 1; });
    CHECK_FALSE(later.ready());
    busy.end();
    while (!later.ready())
        std::this_thread::yield();
    CHECK(later.get() == 1);
}

TEST_CASE("a future belongs to one: it can be moved, and not copied") {
    STATIC_REQUIRE_FALSE(std::is_copy_constructible_v<pool_future<int>>);
    STATIC_REQUIRE_FALSE(std::is_copy_assignable_v<pool_future<void>>);
    STATIC_REQUIRE(std::is_nothrow_move_assignable_v<pool_future<int>>);
}

TEST_CASE("get waits for the thread that has begun the task") {
    thread_pool pool(1);
    std::atomic<int> runs = 0;
    std::latch over(1);
    auto future = pool.submit([&] {
        ++runs;
        runs.notify_all();
        over.wait();
        return 1;
    });
    runs.wait(0);
    int result = 0;
    other_thread getter([&] { result = future.get(); });
    getter.until_asleep();
    over.count_down();
    getter.join();
    CHECK(result == 1);
    CHECK(runs == 1);
}

TEST_CASE("what a task throws comes out of get, and the worker works on") {
    thread_pool pool(1);
    for (int i = 0; i < 100; ++i) {
        auto bad =
            pool.submit([]() -> int { throw std::domain_error("on purpose"); });
        auto worse = pool.submit([] { throw 5; });
        auto good = pool.submit([i] { return i; });
        while (!good.ready()) // it is the worker that runs them, not get()
            std::this_thread::yield();
        CHECK_THROWS_AS(worse.get(), int);
        CHECK_THROWS_WITH(bad.get(), "on purpose");
        CHECK(good.get() == i);
    }
}

// How many there are. When its fuse has burnt down, a copy or a move throws.
struct counted {
    static inline std::atomic<int> alive;
    static constexpr int never = -1;
    static inline std::atomic<int> fuse = never;
    struct burnt {};

    counted() { ++alive; }
    counted(const counted&) { arrive(); }
    counted(counted&&) noexcept(false) { arrive(); }
    ~counted() { --alive; }
    int operator()() const { return 1; }

  private:
    static void arrive() {
        if (fuse != never && fuse-- == 0)
            throw burnt();
        ++alive;
    }
};

TEST_CASE("a function that cannot be moved is no task, and leaves nothing") {
    {
        thread_pool pool(2);
        for (int length = 0;; ++length) {
            counted::fuse = length;
            std::optional<pool_future<int>> future;
            try {
                const counted function;
                future = pool.submit(function);
            } catch (const counted::burnt&) {
            }
            counted::fuse = counted::never;
            if (future) {
                CHECK(length > 1);
                CHECK(future->get() == 1);
                break;
            }
            CHECK(counted::alive == 0);
        }
        CHECK(pool.submit([] { return 2; }).get() == 2);
    }
    CHECK(counted::alive == 0);
}

TEST_CASE("what a task has captured goes when it has run") {
    thread_pool pool(1);
    auto ran = pool.submit([c = counted()] {});
    auto threw = pool.submit([c = counted()] { throw 1; });
    while (!ran.ready() || !threw.ready())
        std::this_thread::yield();
    CHECK(counted::alive == 0); // though both futures are there
    long_tasks busy(pool);
    auto cancelled = pool.submit([c = counted()] {});
    CHECK(counted::alive == 1);
    std::jthread stopper([&] { pool.stop(); });
    while (!cancelled.ready())
        std::this_thread::yield();
    CHECK(counted::alive == 0);
    busy.end(); // stop() waits for it
}

// --- Tasks within tasks
// -------------------------------------------------------

TEST_CASE("a task submits another to a pool of one thread, and waits") {
    thread_pool pool(1);
    auto outer = pool.submit([&] {
        auto inner = pool.submit([] { return 5; });
        return inner.get() + 1;
    });
    CHECK(outer.get() == 6);
}

TEST_CASE("two hundred tasks within each other") {
    for (const int workers : {1, 2, 7}) {
        thread_pool pool(workers);
        const std::function<int(int)> depth = [&](int left) {
            return left == 0 ? 0
                             : 1
                                   + pool.submit([&depth, left] {
                                             return depth(left - 1);
                                         })
                                         .get();
        };
        CHECK(pool.submit([&] { return depth(200); }).get() == 200);
    }
}

TEST_CASE("a task waits for one that main has submitted and nobody has begun") {
    thread_pool pool(1);
    // The worker has the second, which waits for the first.
    std::optional<pool_future<int>> queued;
    std::latch submitted(1);
    auto waiting = pool.submit([&] {
        submitted.wait();
        return queued->get() + 1;
    });
    queued = pool.submit([] { return 1; });
    submitted.count_down();
    while (!waiting.ready()) // not by get(), which might run it here
        std::this_thread::yield();
    CHECK(waiting.get() == 2);
    // The worker is busy; main runs the second, and thereby the first.
    const long_tasks busy(pool);
    auto before = pool.submit([] { return 10; });
    auto after = pool.submit([&] { return before.get() + 1; });
    CHECK(after.get() == 11);
}

TEST_CASE("parallel_for within a task, and within parallel_for") {
    for (const int workers : {1, 2, 7}) {
        thread_pool pool(workers);
        std::atomic<int> sum = 0;
        pool.submit([&] {
                pool.parallel_for(100, 1, [&](std::int64_t) { ++sum; });
            })
            .get();
        CHECK(sum == 100);
        pool.parallel_for(20, 1, [&](std::int64_t) {
            pool.parallel_for(20, 1, [&](std::int64_t) {
                pool.parallel_for(3, 1, [&](std::int64_t) { ++sum; });
            });
        });
        CHECK(sum == 100 + 20 * 20 * 3);
    }
}

static void empty_tasks(int tasks) {
    const stopwatch clock;
    std::atomic<int> executed = 0, results = 0;
    {
        thread_pool pool(3);
        std::vector<std::jthread> producers;
        for (int p = 0; p < 4; ++p)
            producers.emplace_back([&] {
                std::vector<pool_future<int>> futures;
                for (int i = 0; i < tasks / 4; ++i)
                    futures.push_back(pool.submit([&] {
                        ++executed;
                        return 1;
                    }));
                for (auto& future : futures)
                    results += future.get();
            });
    }
    CHECK(executed == tasks);
    CHECK(results == tasks);
    if (tasks == many_tasks)
        WARN(executed << " tasks, " << clock.seconds() << " s");
}
TEST_CASE("every task of four producers runs once") {
    empty_tasks(few_tasks);
}
TEST_CASE("every one of a million", "[.full]") {
    empty_tasks(many_tasks);
}

// --- The end
// ------------------------------------------------------------------

// A task that was accepted: how often it ran, and what get() says of it.
struct accepted {
    std::shared_ptr<std::atomic<int>> runs;
    pool_future<void> future;
};
static std::optional<accepted> submit_to(thread_pool& pool) {
    auto runs = std::make_shared<std::atomic<int>>(0);
    try {
        auto future = pool.submit([runs] { ++*runs; });
        return accepted{std::move(runs), std::move(future)};
    } catch (const std::logic_error&) {
        if (runs.use_count() != 1 || *runs != 0)
            throw; // it was refused, so nobody has it
        return {};
    }
}
// Did it run? It did so once, or it was cancelled: all else is an error.
static bool ran(accepted& task) {
    if (!task.future.ready())
        throw std::logic_error("a task that nobody will end");
    const int runs = *task.runs;
    bool cancelled = false;
    try {
        task.future.get();
    } catch (const task_cancelled&) {
        cancelled = true;
    }
    if (runs != (cancelled ? 0 : 1) || *task.runs != runs)
        throw std::logic_error("a task that ran and was cancelled, or neither");
    return !cancelled;
}

static void stop_at_any_moment(int rounds) {
    int done = 0, cancelled = 0;
    for (int round = 0; round < rounds; ++round) {
        std::optional<thread_pool> pool(1 + round % 3);
        std::array<std::vector<accepted>, 3> tasks;
        // None, one, or many are queued, and two are submitting.
        for (int i = 0; i < std::array{0, 1, 50}[std::size_t(round % 3)]; ++i)
            tasks[2].push_back(submit_to(*pool).value());
        {
            std::latch submitting(2);
            std::array<std::jthread, 2> producers;
            for (std::size_t p = 0; p < 2; ++p)
                producers[p] = std::jthread([&, p] {
                    auto task = submit_to(*pool);
                    submitting.count_down();
                    for (; task; task = submit_to(*pool))
                        tasks[p].push_back(std::move(*task));
                });
            submitting.wait();
            if (round % 2 == 0)
                std::this_thread::sleep_for(
                    std::chrono::microseconds(round % 100));
            pool->stop();
        }
        if (round % 4 < 2)
            pool.reset(); // the futures outlive it
        for (auto& some : tasks)
            for (auto& task : some)
                ++(ran(task) ? done : cancelled);
    }
    CHECK(done > 0);
    CHECK(cancelled > 0);
    if (rounds == many_stops)
        WARN(rounds << " pools, " << done << " tasks ran, " << cancelled
                    << " cancelled");
}
TEST_CASE("stopped while two submit: each task ran once or is cancelled") {
    stop_at_any_moment(few_stops);
}
TEST_CASE("ten thousand pools are stopped", "[.full]") {
    stop_at_any_moment(many_stops);
}

TEST_CASE("the destructor stops: what nobody has begun is cancelled") {
    for (const std::size_t queued : {0u, 1u, 1000u}) {
        std::vector<accepted> tasks;
        std::optional<pool_future<int>> begun;
        {
            thread_pool pool(1);
            std::latch running(1), go_on(1);
            begun = pool.submit([&] {
                running.count_down();
                go_on.wait();
                // All others are cancelled by now.
                while (!tasks.empty() && !tasks.back().future.ready())
                    std::this_thread::yield();
                return 3;
            });
            running.wait();
            for (std::size_t i = 0; i < queued; ++i)
                tasks.push_back(submit_to(pool).value());
            go_on.count_down();
            if (queued == 1)
                pool.stop(); // and the destructor stops again
        }
        CHECK(begun->ready());
        CHECK(begun->get() == 3);
        for (auto& task : tasks)
            CHECK_FALSE(ran(task));
    }
}

TEST_CASE("get after stop") {
    thread_pool pool(1);
    auto early = pool.submit([] { return 1; });
    while (!early.ready())
        std::this_thread::yield();
    long_tasks busy(pool);
    auto late = pool.submit([] { return 2; });
    {
        std::jthread one([&] { pool.stop(); }), two([&] { pool.stop(); });
        while (!late.ready())
            std::this_thread::yield();
        busy.end();
    }
    pool.stop();
    CHECK(early.get() == 1);
    CHECK_THROWS_AS(late.get(), task_cancelled);
}

TEST_CASE("submit after stop: the function is destroyed, and never runs") {
    thread_pool pool(2);
    pool.stop();
    bool executed = false;
    CHECK_THROWS_AS(pool.submit([&, c = counted()] { executed = true; }),
                    std::logic_error);
    CHECK_THROWS_WITH(pool.submit([] {}), contains("submit after stop"));
    CHECK_FALSE(executed);
    CHECK(counted::alive == 0);
}

TEST_CASE("a thousand pools that have nothing to do") {
    for (int i = 0; i < 1000; ++i)
        thread_pool pool(1 + i % 3);
}

// --- Threads
// ------------------------------------------------------------------

TEST_CASE("senseless numbers of workers are refused, with the number") {
    for (const std::int64_t workers :
         {std::int64_t{0}, std::int64_t{-1}, std::int64_t{1025},
          std::int64_t{1'000'000'000},
          std::numeric_limits<std::int64_t>::min()}) {
        CHECK_THROWS_AS(thread_pool(workers), std::invalid_argument);
        CHECK_THROWS_WITH(thread_pool(workers), "thread_pool: workers "
                                                    + std::to_string(workers)
                                                    + " is not from 1 to 1024");
    }
}

static std::ptrdiff_t threads() {
    const std::filesystem::directory_iterator all("/proc/self/task");
    return std::distance(begin(all), end(all));
}

// Runs body() in a process of its own, as it does to it what cannot be undone,
// and returns the number that body() returned.
template<class Body>
static int alone(Body body) {
    const pid_t child = check(::fork(), "fork");
    if (child == 0) {
        int code = 99;
        try {
            code = body();
        } catch (...) {
        }
        ::_exit(code);
    }
    int status = 0;
    check(::waitpid(child, &status, 0), "waitpid");
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

TEST_CASE("no thread to be had: said at once, and those that began end") {
    if (sanitized) {
        WARN("not tried: sanitizers have threads of their own");
        return;
    }
    if (::getuid() != 0) {
        WARN("not tried: only root can be a user of whom nothing else runs");
        return;
    }
    CHECK(alone([] {
              // Root may have as many as it likes.
              check(::setresuid(65532, 65532, 65532), "setresuid");
              const rlimit few = {3, 3}; // us, and two
              check(::setrlimit(RLIMIT_NPROC, &few), "setrlimit");
              try {
                  thread_pool pool(8);
                  return 1;
              } catch (const std::system_error& error) {
                  if (error.code() != std::errc::resource_unavailable_try_again)
                      return 2;
              }
              if (threads() != 1)
                  return 3;
              thread_pool pool(2); // with fewer it goes
              return pool.submit([] { return 0; }).get();
          })
          == 0);
}

// So that CPUs can be taken away from it alone.
template<class Body>
static void on_one_cpu(Body body) {
    std::jthread([&] {
        cpu_set_t all, one;
        CPU_ZERO(&one);
        check(::sched_getaffinity(0, sizeof all, &all), "sched_getaffinity");
        int first = 0;
        while (!CPU_ISSET(std::size_t(first), &all))
            ++first;
        CPU_SET(std::size_t(first), &one);
        check(::sched_setaffinity(0, sizeof one, &one), "sched_setaffinity");
        body();
    });
}

TEST_CASE("the default is what the machine gives, and at least one") {
    CHECK(thread_pool().workers() == default_workers());
    CHECK(thread_pool().workers() >= 1);
    std::int64_t workers = 0, sum = 0;
    on_one_cpu([&] {
        workers = thread_pool().workers();
        thread_pool many(16); // threads inherit the one CPU
        std::vector<pool_future<int>> futures;
        for (int i = 0; i < 1000; ++i)
            futures.push_back(many.submit([i] { return i; }));
        for (auto& future : futures)
            sum += future.get();
    });
    CHECK(workers == 1);
    CHECK(sum == 499'500);
}

TEST_CASE("all workers work at the same time") {
    thread_pool pool(5);
    const auto all = std::make_shared<std::latch>(5);
    std::vector<pool_future<void>> futures;
    for (int i = 0; i < 5; ++i)
        futures.push_back(pool.submit([all] { all->arrive_and_wait(); }));
    for (auto& future : futures)
        while (!future.ready())
            std::this_thread::yield();
}

TEST_CASE("a pool leaves no thread") {
    thread_pool(2).submit([] {}).get(); // a sanitizer starts its own by now
    const auto before = threads();
    {
        thread_pool pool(7);
        CHECK(threads() == before + 7);
        pool.stop();
        CHECK(threads() == before);
    }
    CHECK(threads() == before);
}

TEST_CASE("an idle pool uses no processor time") {
    const auto cpu_seconds = [] {
        timespec used = {};
        check(::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used), "time");
        return double(used.tv_sec) + 1e-9 * double(used.tv_nsec);
    };
    thread_pool pool(4);
    pool.parallel_for(100, 1, [](std::int64_t) {});
    const double before = cpu_seconds();
    std::this_thread::sleep_for(300ms);
    CHECK(cpu_seconds() - before < 0.02);
}

// --- parallel_for
// -------------------------------------------------------------

TEST_CASE("parallel_for calls its body once for each number") {
    for (const int workers : {1, 2, 7}) {
        thread_pool pool(workers);
        for (const std::int64_t count : {0, 1, 2, 7, 1000, 100'003})
            for (const std::int64_t chunk :
                 {std::int64_t{1}, std::int64_t{3}, std::int64_t{1000},
                  std::int64_t{1'000'000'000}, pool.equal_parts(count)}) {
                CAPTURE(workers, count, chunk);
                std::vector<std::atomic<char>> calls(
                    static_cast<std::size_t>(count));
                pool.parallel_for(count, chunk, [&](std::int64_t i) {
                    ++calls.at(static_cast<std::size_t>(i));
                });
                CHECK(std::all_of(calls.begin(), calls.end(),
                                  [](const auto& n) { return n == 1; }));
            }
    }
}

TEST_CASE("equal parts: one for each worker") {
    thread_pool pool(4);
    CHECK(pool.equal_parts(0) == 1); // a chunk has at least one number
    CHECK(pool.equal_parts(1) == 1);
    CHECK(pool.equal_parts(4) == 1);
    CHECK(pool.equal_parts(5) == 2);
    CHECK(pool.equal_parts(1000) == 250);
}

TEST_CASE("senseless counts and chunks are refused") {
    thread_pool pool(2);
    const auto never = [](std::int64_t) { throw std::logic_error("called"); };
    constexpr std::int64_t most = std::int64_t{1} << 50;
    CHECK_THROWS_WITH(pool.parallel_for(-1, 1, never),
                      contains("count -1 is not from 0 to"));
    CHECK_THROWS_WITH(pool.parallel_for(10, 0, never),
                      contains("chunk 0 is not from 1 to"));
    CHECK_THROWS_AS(pool.parallel_for(10, -5, never), std::invalid_argument);
    CHECK_THROWS_AS(pool.parallel_for(most + 1, 1, never),
                    std::invalid_argument);
    CHECK_THROWS_AS(pool.parallel_for(1, most + 1, never),
                    std::invalid_argument);
    pool.parallel_for(0, most, never);
}

TEST_CASE("when parallel_for returns, no body runs") {
    thread_pool pool(3);
    std::atomic<int> inside = 0, calls = 0;
    const auto caller = std::this_thread::get_id();
    for (int round = 1; round <= 200; ++round) {
        pool.parallel_for(8, 1, [&](std::int64_t) {
            ++inside;
            if (std::this_thread::get_id() != caller)
                std::this_thread::sleep_for(50us); // later than the caller
            ++calls;
            --inside;
        });
        REQUIRE(inside == 0);
        REQUIRE(calls == 8 * round);
    }
}

TEST_CASE("the caller waits for a helper that is still at work") {
    thread_pool pool(2);
    for (int round = 0; round < 20; ++round) {
        std::latch helper_at_work(1);
        std::atomic<bool> ended = false;
        const auto caller = std::this_thread::get_id();
        // The caller's one number ends when the helper has begun the other,
        // and so all are taken.
        pool.parallel_for(2, 1, [&](std::int64_t) {
            if (std::this_thread::get_id() == caller) {
                helper_at_work.wait();
            } else {
                helper_at_work.count_down();
                std::this_thread::sleep_for(2ms);
                ended = true;
            }
        });
        REQUIRE(ended);
    }
}

TEST_CASE("what a body throws comes out of parallel_for, and ends it") {
    for (const int workers : {1, 2, 7}) {
        thread_pool pool(workers);
        for (const std::int64_t bad : {0, 500, 999}) {
            std::atomic<int> inside = 0, calls = 0;
            const auto body = [&](std::int64_t i) {
                ++inside;
                ++calls;
                if (i == bad) {
                    --inside;
                    throw std::domain_error(std::to_string(i));
                }
                --inside;
            };
            CHECK_THROWS_WITH(pool.parallel_for(1000, 1, body),
                              std::to_string(bad));
            const int after = calls;
            CHECK(inside == 0);
            CHECK(after <= 1000);
            // Helpers that come late find nothing to do.
            pool.submit([] {}).get();
            CHECK(calls == after);
        }
        // In a chunk, what comes after the bad one is left out; and no other
        // chunk begins.
        std::atomic<int> calls = 0;
        CHECK_THROWS_AS(pool.parallel_for(1'000'000, 1'000'000,
                                          [&](std::int64_t i) {
                                              ++calls;
                                              if (i == 10)
                                                  throw i;
                                          }),
                        std::int64_t);
        CHECK(calls == 11);
        std::atomic<int> sum = 0;
        pool.parallel_for(100, 7, [&](std::int64_t) { ++sum; });
        CHECK(sum == 100);
    }
}

TEST_CASE("when a body has thrown, the others begin no chunk any more") {
    thread_pool pool(2);
    std::latch both(2);
    std::atomic<int> calls = 0;
    const auto caller = std::this_thread::get_id();
    CHECK_THROWS_AS(pool.parallel_for(1000, 1,
                                      [&](std::int64_t i) {
                                          if (calls++ < 2)
                                              both.arrive_and_wait();
                                          if (std::this_thread::get_id()
                                              == caller)
                                              throw i;
                                          std::this_thread::sleep_for(1ms);
                                      }),
                    std::int64_t);
    CHECK(calls < 1000);
}

TEST_CASE("of several bodies that throw at once, one is heard") {
    thread_pool pool(4);
    for (int round = 0; round < 100; ++round) {
        std::latch all(4);
        std::atomic<int> thrown = 0;
        CHECK_THROWS_WITH(pool.parallel_for(4, 1,
                                            [&](std::int64_t) {
                                                all.arrive_and_wait();
                                                ++thrown;
                                                throw std::domain_error("many");
                                            }),
                          "many");
        CHECK(thrown == 4);
    }
}

TEST_CASE("parallel_for does without workers that are busy") {
    thread_pool pool(2);
    long_tasks busy(pool, 2);
    std::int64_t sum = 0; // no atomic: it is the caller who does it all
    pool.parallel_for(1000, 1, [&](std::int64_t i) { sum += i; });
    CHECK(sum == 499'500);
    CHECK_THROWS_AS(pool.parallel_for(1000, 1, [](std::int64_t i) { throw i; }),
                    std::int64_t);
    busy.end(); // now the helpers come, and find that all is done
    CHECK(pool.submit([] { return 1; }).get() == 1);
}

TEST_CASE("parallel_for after stop: the caller does it all") {
    thread_pool pool(3);
    pool.stop();
    std::int64_t sum = 0;
    pool.parallel_for(1000, 10, [&](std::int64_t i) { sum += i; });
    CHECK(sum == 499'500);
}

TEST_CASE("parallel_for of several threads, and stopped meanwhile") {
    for (int round = 0; round < 50; ++round) {
        thread_pool pool(2);
        std::atomic<std::int64_t> sum = 0;
        {
            std::vector<std::jthread> callers;
            for (int c = 0; c < 3; ++c)
                callers.emplace_back([&] {
                    for (int i = 0; i < 10; ++i)
                        pool.parallel_for(100, 3,
                                          [&](std::int64_t x) { sum += x; });
                });
            if (round % 2 == 0)
                pool.stop();
        }
        REQUIRE(sum == 3 * 10 * 4950);
    }
}
