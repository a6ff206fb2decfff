// The process pool under everything that can happen to it. In a binary of its
// own, because a process that forks must have one thread only.
#include "01-processes/process_pool.hpp"
#include "01-processes/ring.hpp"

#include "catch.hpp"
#include "children.hpp"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <random>
#include <set>
#include <thread>

namespace fs = std::filesystem;
using std::chrono::milliseconds;

// The full campaign is for `test_process_pool '[full]'`.
static constexpr int few_kills = 500, many_kills = 10'000;

static int square(const int& x) {
    return x * x;
}

static std::vector<int> first_numbers(int count) {
    std::vector<int> numbers;
    for (int i = 0; i < count; ++i)
        numbers.push_back(i);
    return numbers;
}

static std::size_t open_files(const std::string& who = "self") {
    const fs::directory_iterator all("/proc/" + who + "/fd");
    return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

// The letter in /proc/PID/stat, or '-'. Z is dead: only its parent has not
// looked.
static char state_of(pid_t pid) {
    std::ifstream file(fmt::format("/proc/{}/stat", pid));
    std::string text;
    std::getline(file, text);
    const auto after = text.rfind(") ");
    return after == text.npos ? '-' : text[after + 2];
}
static bool is_gone(pid_t pid) {
    const char state = state_of(pid);
    return state == '-' || state == 'Z' || state == 'X';
}

// Dies by signal, also where a sanitizer catches some of them.
[[noreturn]] static void die(int signal) {
    std::signal(signal, SIG_DFL);
    ::raise(signal);
    ::_exit(98);
}

TEST_CASE("map keeps the order, for any number of workers and chunk") {
    for (const int workers : {1, 2, 7})
        for (const std::size_t chunk : {1u, 3u, 1000u})
            for (const int prefetch : {1, 16}) {
                pool_options options;
                options.workers = workers;
                options.prefetch = prefetch;
                process_pool<int, int> pool(square, options);
                const auto results = pool.map(first_numbers(100), chunk);
                REQUIRE(results.size() == 100);
                for (int i = 0; i < 100; ++i)
                    CHECK(results[std::size_t(i)] == i * i);
                CHECK(pool.started() == workers);
            }
}

TEST_CASE("nothing to do, and nothing left to do") {
    process_pool<int, int> pool(square);
    CHECK(pool.map({}).empty());
    CHECK_FALSE(pool.next());
    CHECK_FALSE(pool.next(milliseconds(0)));
    CHECK_THROWS_AS(pool.get(0), std::out_of_range);
    CHECK_THROWS_AS(pool.map({1}, 0), std::invalid_argument);
}

TEST_CASE("senseless options are refused") {
    for (const auto spoil :
         {+[](pool_options& o) { o.workers = 0; },
          +[](pool_options& o) { o.workers = -1; },
          +[](pool_options& o) { o.workers = 1'000'000'000; },
          +[](pool_options& o) { o.attempts = 0; },
          +[](pool_options& o) { o.prefetch = 0; }}) {
        pool_options options;
        spoil(options);
        CHECK_THROWS_AS((process_pool<int, int>(square, options)),
                        std::invalid_argument);
    }
    CHECK_FALSE(has_children());
}

TEST_CASE("texts and vectors travel, empty ones too") {
    using words = std::vector<std::string>;
    process_pool<words, std::string> pool([](const words& all) {
        std::string joined;
        for (const std::string& word : all)
            joined += word + "|";
        return joined;
    });
    const std::vector<words> tasks = {
        {}, {""}, {"a", "", std::string(3, '\0')}};
    CHECK(pool.map(tasks, 2)
          == words{"", "|", "a||" + std::string(3, '\0') + "|"});
}

TEST_CASE("what may travel is known when it is compiled") {
    struct point {
        int x, y;
    };
    STATIC_REQUIRE(wire_type<point>);
    STATIC_REQUIRE(wire_type<std::vector<std::vector<std::string>>>);
    STATIC_REQUIRE_FALSE(wire_type<int*>);
    STATIC_REQUIRE_FALSE(wire_type<descriptor>);
    STATIC_REQUIRE_FALSE(wire_type<std::vector<descriptor>>);
}

TEST_CASE("outcomes come in the order in which tasks end") {
    pool_options options;
    options.workers = 2;
    process_pool<int, int> pool(
        [](const int& ms) {
            std::this_thread::sleep_for(milliseconds(ms));
            return ms;
        },
        options);
    const auto slow = pool.submit(300), fast = pool.submit(1);
    CHECK_FALSE(pool.get(slow, milliseconds(0)));
    CHECK(pool.next()->task == fast);
    CHECK(pool.next()->task == slow);
    CHECK_FALSE(pool.next());
    CHECK_THROWS_AS(pool.get(slow), std::out_of_range);
}

TEST_CASE("map leaves the outcomes of earlier tasks to their owners") {
    process_pool<int, int> pool(square);
    const auto early = pool.submit(7);
    CHECK(pool.map({2, 3}) == std::vector<int>{4, 9});
    CHECK(pool.get(early)->value() == 49);
}

TEST_CASE("an exception becomes an error, and the pool goes on") {
    process_pool<int, int> pool([](const int& x) {
        if (x == 3)
            throw std::domain_error("three");
        if (x == 4)
            throw 4;
        return x;
    });
    const auto three = pool.submit(3), four = pool.submit(4);
    CHECK(pool.get(three)->error == "task 0: std::domain_error: three");
    CHECK(pool.get(four)->error
          == "task 1: an exception that is not of the standard library");
    CHECK_THROWS_WITH(pool.map({1, 2, 3, 4, 5}, 2),
                      "task 4: std::domain_error: three");
    CHECK(pool.map({1, 2}) == std::vector<int>{1, 2});
    CHECK(pool.started() == default_workers()); // nobody had to die
}

// Every way to die at a task: -signal, or an exit code.
TEST_CASE("a task that kills its worker fails alone, and says how") {
    pool_options options;
    options.workers = 2;
    process_pool<int, int> pool(
        [](const int& how) {
            if (how < 0)
                die(-how);
            if (how < 1000)
                ::_exit(how);
            return how;
        },
        options);
    std::vector<std::pair<std::uint64_t, std::string>> expected;
    for (const auto& [how, text] :
         {std::pair(-SIGSEGV, "killed by SIGSEGV"),
          std::pair(-SIGABRT, "killed by SIGABRT"),
          std::pair(-SIGKILL, "killed by SIGKILL"),
          std::pair(-SIGTERM, "killed by SIGTERM"), std::pair(0, "exit code 0"),
          std::pair(99, "exit code 99")})
        expected.emplace_back(pool.submit(how), text);
    const auto good = pool.submit(1000);
    CHECK(pool.get(good)->value() == 1000);
    for (const auto& [task, text] : expected)
        CHECK(pool.get(task)->error == fmt::format("task {}: {}", task, text));
    CHECK(pool.started() <= 2 + 6 * 3); // three attempts each
    CHECK(pool.map({2000, 3000}) == std::vector<int>{2000, 3000});
}

TEST_CASE("a poisonous task among a thousand, in chunks and windows") {
    for (const std::size_t chunk : {1u, 10u, 1000u})
        for (const int prefetch : {1, 64}) {
            pool_options options;
            options.workers = 2;
            options.prefetch = prefetch;
            process_pool<int, int> pool(
                [](const int& x) {
                    if (x == 500)
                        die(SIGKILL);
                    return x;
                },
                options);
            CHECK_THROWS_WITH(pool.map(first_numbers(1001), chunk),
                              "task 500: killed by SIGKILL");
            CHECK(pool.started() <= 2 + 3);
            // All others have results: asked for one by one.
            int good = 0, bad = 0;
            for (int i = 0; i < 1001; ++i)
                pool.submit(i);
            while (const auto one = pool.next())
                ++(one->result ? good : bad);
            CHECK(good == 1000);
            CHECK(bad == 1);
        }
}

TEST_CASE("attempts are counted, and one attempt is one execution") {
    // Each execution leaves a byte in a file.
    const descriptor file = temporary_file();
    for (const int attempts : {1, 2, 5}) {
        check(::ftruncate(file.get(), 0), "ftruncate");
        check(::lseek(file.get(), 0, SEEK_SET), "lseek");
        pool_options options;
        options.workers = 1;
        options.attempts = attempts;
        process_pool<int, int> pool(
            [&](const int&) -> int {
                check(::write(file.get(), "x", 1), "write");
                die(SIGKILL);
            },
            options);
        CHECK_FALSE(pool.get(pool.submit(0))->result);
        CHECK(::lseek(file.get(), 0, SEEK_END) == attempts);
    }
}

TEST_CASE("an idle worker that is killed is replaced, at no task's expense") {
    pool_options options;
    options.workers = 2;
    options.attempts = 1;
    process_pool<int, int> pool(square, options);
    pool.map({1, 2});
    for (const pid_t pid : pool.pids()) {
        const descriptor end(
            static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
        ::kill(pid, SIGKILL);
        // Dead with all its threads: a sanitizer has one of its own.
        pollfd dead = {end.get(), POLLIN, 0};
        REQUIRE(::poll(&dead, 1, 10'000) == 1);
    }
    CHECK(pool.map({3, 4, 5}) == std::vector<int>{9, 16, 25});
    CHECK(pool.get(pool.submit(6))->value() == 36);
    CHECK(pool.started() == 4);
}

// A worker that kills workers would be one of them; so it is a process beside
// them, which is told whom to kill through shared memory.
static void kill_at_random(int kills) {
    pool_options options;
    options.workers = 3;
    options.attempts = 1'000'000;
    options.prefetch = 4;
    constexpr int mebi = 1 << 20;
    process_pool<int, std::vector<int>> pool(
        [](const int& x) {
            // Some answers are longer than a socket holds: half a message is
            // what a death leaves most often.
            return std::vector<int>(x % 50 == 0 ? std::size_t(mebi) / 4 : 1, x);
        },
        options);
    std::mt19937 random(7);
    std::set<std::uint64_t> running;
    std::int64_t answered = 0, next = 0;
    const auto take_in = [&](const auto& one) {
        REQUIRE(running.erase(one->task) == 1); // known, and not twice
        REQUIRE(one->result);
        REQUIRE(one->result->at(0) == int(one->task));
        ++answered;
    };
    while (pool.started() < 3 + kills) { // so many have really died
        while (running.size() < 30)
            running.insert(pool.submit(int(next++)));
        while (const auto one = pool.next(milliseconds(random() % 2)))
            take_in(one);
        const auto pids = pool.pids();
        ::kill(pids.at(random() % pids.size()), SIGKILL);
    }
    while (const auto one = pool.next())
        take_in(one);
    CHECK(running.empty());
    CHECK(answered == next);
    CHECK(pool.map({1})[0][0] == 1); // usable afterwards
    WARN(fmt::format("{} workers killed, {} tasks, {} lost, 0 twice",
                     pool.started() - 3, answered, running.size()));
}
TEST_CASE("workers killed at random moments: nothing lost, nothing twice") {
    kill_at_random(few_kills);
    CHECK_FALSE(has_children());
}
TEST_CASE("the same, for the record", "[.full]") {
    kill_at_random(many_kills);
}

// --- Half messages, garbage, and long ones -----------------------------------

// The worker's own end of its socket: its only socket.
static int own_socket() {
    for (int fd = 3; fd < 1000; ++fd) {
        int type = 0;
        socklen_t length = sizeof type;
        if (::getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &length) == 0)
            return fd;
    }
    return -1;
}

// A length, as it travels, and what follows.
static std::string message(std::uint64_t length, const std::string& after) {
    std::string bytes;
    put(bytes, length);
    return bytes + after;
}

TEST_CASE("a worker that dies within a message, after every byte of it") {
    const std::string whole = message(17, std::string(17, 'p'));
    pool_options options;
    options.workers = 1;
    options.attempts = 2;
    process_pool<int, int> pool(
        [&](const int& bytes) {
            if (bytes >= 0) {
                check(::send(own_socket(), whole.data(), std::size_t(bytes), 0),
                      "send");
                ::_exit(7);
            }
            return bytes;
        },
        options);
    for (int bytes = 0; bytes < int(whole.size()); ++bytes) {
        const auto bad = pool.submit(bytes), good = pool.submit(-1);
        CHECK(pool.get(bad)->error == fmt::format("task {}: exit code 7", bad));
        CHECK(pool.get(good)->value() == -1);
    }
}

TEST_CASE("garbage, and lengths that nobody should believe") {
    std::string long_text; // 'e' and a text of 2^60 bytes
    put(long_text, 'e');
    put(long_text, std::uint64_t{1} << 60);
    const std::vector<std::pair<std::string, std::string>> cases = {
        {"a line that somebody printed here\n",
         "a message of 8367799632543883361 bytes, the limit is 67108864"},
        {message(0xffffffff, ""),
         "a message of 4294967295 bytes, the limit is 67108864"},
        {message(0, ""), "a message that is too short"},
        {message(1, "r"), "a message that is too short"},
        {message(9, long_text), "a message that is too short"},
    };
    pool_options options;
    options.workers = 1;
    process_pool<int, int> pool(
        [&](const int& which) {
            if (which >= 0) {
                const std::string& text = cases[std::size_t(which)].first;
                check(::send(own_socket(), text.data(), text.size(), 0),
                      "send");
                std::this_thread::sleep_for(std::chrono::hours(1));
            }
            return which;
        },
        options);
    for (std::size_t which = 0; which < cases.size(); ++which) {
        const auto task = pool.submit(int(which));
        CHECK(pool.get(task)->error
              == fmt::format("task {}: {}", task, cases[which].second));
        CHECK(pool.map({-1}) == std::vector<int>{-1});
    }
}

TEST_CASE("what a message claims to hold is not allocated before it is there") {
    struct kibibyte {
        char bytes[1024];
    };
    std::string text; // a million of them, in a mebibyte
    put(text, std::uint64_t{1'000'000});
    text.append(1'000'000, 'x');
    std::string_view message = text;
    std::vector<kibibyte> values;
    CHECK_THROWS_AS(take(message, values), std::runtime_error);
    CHECK(values.capacity() < 10'000);
}

TEST_CASE("a time limit that is longer than any clock runs is none") {
    for (const milliseconds limit :
         {milliseconds(std::chrono::hours(24 * 365 * 300)),
          milliseconds::max()}) {
        process_pool<int, int> pool(
            [](const int& x) {
                std::this_thread::sleep_for(milliseconds(20));
                return x;
            },
            {.workers = 1});
        const auto task = pool.submit(7);
        CHECK(pool.get(task, limit).value().value() == 7);
        pool.submit(8);
        CHECK(pool.next(limit).value().value() == 8);
        process child([] {
            std::this_thread::sleep_for(milliseconds(20));
            return 0;
        });
        CHECK(child.join(limit));
    }
}

TEST_CASE("an answer that nobody has asked for costs a worker, and no task") {
    int ends[2]; // to know that it has been sent
    check(::pipe(ends), "pipe");
    const descriptor from(ends[0]), to(ends[1]);
    bool first = true;
    pool_options options;
    options.workers = 1;
    options.initializer = [&] {
        if (first) {
            const std::string bytes = message(5, std::string("r\7\0\0\0", 5));
            check(::send(own_socket(), bytes.data(), bytes.size(), 0), "send");
            check(::write(to.get(), "x", 1), "write");
        }
    };
    process_pool<int, int> pool(square, options);
    char sent = 0;
    check(::read(from.get(), &sent, 1), "read");
    first = false; // of the second worker, a copy of us as we are now
    CHECK(pool.map({1, 2, 3}) == std::vector<int>{1, 4, 9});
    CHECK(pool.started() == 2);
}

TEST_CASE("a mebibyte both ways, a hundred times, does not block") {
    pool_options options;
    options.workers = 1;
    options.prefetch = 8;
    process_pool<std::string, std::string> pool(
        [](const std::string& text) { return text + "!"; }, options);
    std::vector<std::string> tasks;
    for (int i = 0; i < 100; ++i)
        tasks.emplace_back((1 << 20) + i, char('a' + i % 26));
    const auto results = pool.map(tasks, 3);
    for (std::size_t i = 0; i < tasks.size(); ++i)
        CHECK((results[i] == tasks[i] + "!"));
}

TEST_CASE("a worker that dies while a long task is on its way") {
    pool_options options;
    options.workers = 1;
    process_pool<std::string, int> pool(
        [](const std::string& text) -> int {
            if (text.size() > 10)
                ::_exit(5);
            return int(text.size());
        },
        options);
    for (int i = 0; i < 10; ++i) {
        const auto first = pool.submit(std::string(1 << 20, 'x'));
        const auto second = pool.submit(std::string(1 << 20, 'y'));
        CHECK(pool.get(first)->error
              == fmt::format("task {}: exit code 5", first));
        CHECK_FALSE(pool.get(second)->result);
    }
    CHECK(pool.map({"abc"}) == std::vector<int>{3});
}

TEST_CASE("what is longer than a message may be is refused by name") {
    pool_options options;
    options.workers = 1;
    process_pool<std::string, std::string> pool(
        [](const std::string& text) {
            return std::string(text == "long" ? longest_message + 1 : 1, 'x');
        },
        options);
    CHECK_THROWS_WITH(pool.submit(std::string(longest_message, 'x')),
                      contains("the limit is 67108864"));
    CHECK_THAT(pool.get(pool.submit("long"))->error,
               contains("the limit is 67108864"));
    CHECK(pool.map({"short"}) == std::vector<std::string>{"x"});
    CHECK(pool.started() == 1);
}

// --- Signals, limits, and the end --------------------------------------------

static std::atomic<int> alarms = 0;
static_assert(std::atomic<int>::is_always_lock_free); // for a signal handler

TEST_CASE("a storm of signals interrupts every call, and changes nothing") {
    const auto storm = [] { // in the parent and, by the initializer, in workers
        struct sigaction action = {};
        action.sa_handler = [](int) { ++alarms; };
        check(::sigaction(SIGALRM, &action, nullptr), "sigaction");
        const itimerval every = {{0, 1000}, {0, 1000}};
        check(::setitimer(ITIMER_REAL, &every, nullptr), "setitimer");
    };
    storm();
    pool_options options;
    options.workers = 2;
    options.initializer = storm;
    {
        process_pool<std::string, std::string> pool(
            [](const std::string& text) { return text; }, options);
        const std::vector<std::string> tasks(300, std::string(300'000, 'x'));
        CHECK((pool.map(tasks) == tasks));
        pool.close();
    }
    const itimerval off = {};
    ::setitimer(ITIMER_REAL, &off, nullptr);
    std::signal(SIGALRM, SIG_DFL);
    CHECK(alarms > 10);
}

TEST_CASE("a handler for dead children, or none wanted: the pool is correct") {
    static std::atomic<int> told = 0;
    for (const auto handler :
         {SIG_IGN, static_cast<void (*)(int)>([](int) { ++told; })}) {
        std::signal(SIGCHLD, handler);
        pool_options options;
        options.workers = 2;
        process_pool<int, int> pool(
            [](const int& x) {
                if (x == 1)
                    die(SIGKILL);
                return x;
            },
            options);
        CHECK(pool.map({5, 6}) == std::vector<int>{5, 6});
        CHECK_THAT(pool.get(pool.submit(1))->error,
                   contains(handler == SIG_IGN ? "SIGCHLD is ignored"
                                               : "killed by SIGKILL"));
        CHECK(pool.map({7}) == std::vector<int>{7});
    }
    std::signal(SIGCHLD, SIG_DFL);
    CHECK(told > 0);
}

TEST_CASE("other children of the process stay its own") {
    const pid_t mine = ::fork();
    if (mine == 0)
        ::_exit(42);
    {
        process_pool<int, int> pool(square);
        pool.map(first_numbers(10));
    }
    int status = 0;
    CHECK(::waitpid(mine, &status, 0) == mine);
    CHECK(WEXITSTATUS(status) == 42);
}

TEST_CASE("memory that a worker may not have is an error of its task") {
    // Sanitizers need terabytes of addresses.
    pool_options options;
    options.workers = 1;
    options.initializer = [] {
        const rlimit little = {256 << 20, 256 << 20};
        if (!sanitized)
            check(::setrlimit(RLIMIT_AS, &little), "setrlimit");
    };
    process_pool<std::size_t, int> pool(
        [](const std::size_t& bytes) {
            if (sanitized)
                throw std::bad_alloc(); // at least its way to the parent
            const std::vector<char> memory(bytes);
            return int(memory.at(bytes - 1));
        },
        options);
    CHECK(pool.get(pool.submit(std::size_t{1} << 30))->error
          == "task 0: std::bad_alloc: std::bad_alloc");
    CHECK(pool.started() == 1);
}

TEST_CASE("an initializer that fails breaks the pool, and tells why") {
    pool_options options;
    options.workers = 2;
    options.initializer = [] { throw std::runtime_error("no disk"); };
    process_pool<int, int> pool(square, options);
    const std::string why = "std::runtime_error: the initializer: "
                            "std::runtime_error: no disk";
    CHECK_THROWS_WITH(pool.map({1, 2, 3}), "task 0: " + why);
    CHECK_THROWS_WITH(pool.map({1}), "task 3: " + why);
    CHECK(pool.started() == 2);
}

TEST_CASE("workers that die before they can work are not replaced for ever") {
    pool_options options;
    options.workers = 2;
    options.initializer = [] { ::_exit(3); };
    process_pool<int, int> pool(square, options);
    CHECK_THROWS_WITH(pool.map({1, 2, 3}), "task 0: exit code 3");
    CHECK(pool.started() < 50);
}

TEST_CASE("fresh workers after so many tasks") {
    pool_options options;
    options.workers = 1;
    options.max_tasks_per_child = 3;
    process_pool<int, pid_t> pool([](const int&) { return ::getpid(); },
                                  options);
    const auto pids = pool.map(first_numbers(10));
    CHECK(std::set<pid_t>(pids.begin(), pids.end()).size() == 4);
    for (std::size_t i = 0; i < 10; ++i)
        CHECK(pids[i] == pids[i - i % 3]);
    CHECK(pool.started() >= 4);
}

TEST_CASE("close finishes, terminate does not, and both refuse more") {
    const auto nap = [](const int& ms) {
        std::this_thread::sleep_for(milliseconds(ms));
        return ms;
    };
    pool_options options;
    options.workers = 2;
    process_pool<int, int> closed(nap, options);
    for (int i = 0; i < 6; ++i)
        closed.submit(20);
    closed.close();
    closed.close();
    CHECK(closed.pids().empty());
    CHECK_THROWS_AS(closed.submit(1), std::logic_error);
    CHECK_THROWS_AS(closed.map({1}), std::logic_error);
    int good = 0;
    while (const auto one = closed.next())
        good += one->value() == 20;
    CHECK(good == 6);

    const stopwatch clock;
    process_pool<int, int> ended(nap, options);
    for (int i = 0; i < 6; ++i)
        ended.submit(3'600'000);
    ended.terminate();
    ended.terminate();
    CHECK_THROWS_AS(ended.submit(1), std::logic_error);
    int bad = 0;
    while (const auto one = ended.next())
        bad += one->error
               == fmt::format("task {}: the pool was terminated", one->task);
    CHECK(bad == 6);
    { // the destructor ends them, too
        process_pool<int, int> forgotten(nap, options);
        forgotten.submit(3'600'000);
    }
    CHECK(clock.seconds() < 60);
    CHECK_FALSE(has_children());
}

TEST_CASE("close finishes what was accepted, whoever retires or dies") {
    pool_options options;
    options.workers = 2;
    options.max_tasks_per_child = 1;
    process_pool<int, int> retiring(square, options);
    for (int i = 0; i < 6; ++i)
        retiring.submit(i);
    retiring.close();
    for (int i = 0; i < 6; ++i)
        CHECK(retiring.get(std::uint64_t(i))->value() == i * i);
    CHECK(retiring.pids().empty());

    const descriptor file = temporary_file(); // a byte: one has died
    options.max_tasks_per_child = 0;
    options.workers = 1;
    process_pool<int, int> dying(
        [&](const int& x) {
            if (x == 1 && ::lseek(file.get(), 0, SEEK_END) == 0) {
                check(::write(file.get(), "x", 1), "write");
                die(SIGKILL);
            }
            return x;
        },
        options);
    for (int i = 0; i < 3; ++i)
        dying.submit(i);
    dying.close();
    for (int i = 0; i < 3; ++i)
        CHECK(dying.get(std::uint64_t(i))->value() == i);
    CHECK_FALSE(has_children());
}

TEST_CASE("a retired worker ends by itself, and prints what it has to") {
    std::string path = fs::temp_directory_path() / "test.XXXXXX";
    const descriptor file(check(::mkstemp(path.data()), path));
    static std::FILE* log = nullptr;
    pool_options options;
    options.workers = 2;
    options.max_tasks_per_child = 5;
    options.initializer = [&] { log = std::fopen(path.c_str(), "a"); };
    {
        process_pool<int, int> pool(
            [](const int& x) {
                std::fprintf(log, "%d\n", x); // kept in its buffer
                return x;
            },
            options);
        pool.map(first_numbers(200));
        pool.close();
    }
    std::ifstream in(path);
    CHECK(std::count(std::istreambuf_iterator<char>(in), {}, '\n') == 200);
    fs::remove(path);
}

TEST_CASE("how a worker ended is what it said, with a polite pool too") {
    pool_options options;
    options.workers = 1;
    options.attempts = 1;
    options.initializer = stop_on_signals;
    for (const int end_signal : {SIGKILL, SIGTERM}) {
        options.end_signal = end_signal;
        process_pool<int, int> pool(
            [](const int& signal) {
                ::raise(signal);
                throw_if_stopped();
                return 0;
            },
            options);
        for (int i = 0; i < 20; ++i)
            CHECK_THAT(pool.get(pool.submit(SIGINT))->error,
                       contains("killed by SIGINT"));
    }
}

TEST_CASE("the memory of a pool does not grow with what went through it") {
    if (sanitized)
        return; // they keep what was freed
    pool_options options;
    options.workers = 1;
    options.prefetch = 8;
    process_pool<std::string, int> pool(
        [](const std::string& text) { return int(text.size()); }, options);
    rusage before = {}, after = {};
    ::getrusage(RUSAGE_SELF, &before);
    const std::string mebibyte(1 << 20, 'x');
    for (int i = 0; i < 8; ++i)
        pool.submit(mebibyte);
    for (int i = 0; i < 200; ++i) {
        CHECK(pool.next()->value() == 1 << 20);
        pool.submit(mebibyte);
    }
    ::getrusage(RUSAGE_SELF, &after);
    CHECK((after.ru_maxrss - before.ru_maxrss) / 1024 < 100); // MiB, of 208
}

TEST_CASE("a process that is moved is the same one, with all that it has") {
    process polite([] { return ::pause(); }, SIGTERM);
    process other([] { return ::pause(); });
    const pid_t first = polite.pid(), second = other.pid();
    std::swap(polite, other);
    CHECK(polite.pid() == second);
    CHECK(other.pid() == first);
    polite.end();
    other.end();
    CHECK(polite.exit_code() == -SIGKILL);
    CHECK(other.exit_code() == -SIGTERM);
    // One that stands still ends, too, whichever signal ends it.
    process still([] { return ::pause(); }, SIGTERM);
    still.send(SIGSTOP);
    still.end();
    CHECK(still.exit_code() == -SIGTERM);
}

TEST_CASE("a pool that is closed beside another one") {
    pool_options options;
    options.workers = 2;
    process_pool<int, int> first(square, options), second(square, options);
    first.map({1});
    second.map({1});
    first.close();
    CHECK(second.map({2}) == std::vector<int>{4});
}

TEST_CASE("a worker holds its own end of one socket, and nothing of others") {
    pool_options options;
    options.workers = 3;
    const std::size_t inherited = open_files() - 1; // minus the directory's
    process_pool<int, int> other(square, options);
    process_pool<int, std::size_t> pool(
        [](const int&) { return open_files() - 1; }, options);
    for (const std::size_t count : pool.map(first_numbers(30)))
        CHECK(count == inherited + 1);
    // Those that replace others, too.
    for (const pid_t pid : pool.pids())
        ::kill(pid, SIGKILL);
    for (const std::size_t count : pool.map(first_numbers(30)))
        CHECK(count == inherited + 1);
}

static void live_and_die(int cycles) {
    const std::size_t before = open_files();
    for (int i = 0; i < cycles; ++i) {
        pool_options options;
        options.workers = 1 + i % 2;
        process_pool<int, int> pool(square, options);
        const auto task = pool.submit(i % 1000);
        if (i % 3 == 0)
            REQUIRE(pool.get(task)->value() == (i % 1000) * (i % 1000));
        if (i % 3 == 1)
            pool.close();
    }
    CHECK(open_files() == before);
    CHECK_FALSE(has_children()); // a zombie is a child
    CHECK(parents_own.empty());
}
TEST_CASE("pools come and go, and leave nothing") {
    live_and_die(500);
}
TEST_CASE("ten thousand pools come and go", "[.full]") {
    live_and_die(10'000);
}

TEST_CASE("no process to be had: said at once, or done with fewer") {
    if (sanitized) {
        WARN("not tried: sanitizers start threads, which count as processes");
        return;
    }
    if (::getuid() != 0) {
        WARN("not tried: only root can be a user of whom nothing else runs");
        return;
    }
    // Root may have as many as it likes, so this is done as nobody, in a
    // child. It writes what it finds into a pipe.
    int ends[2];
    check(::pipe(ends), "pipe");
    const descriptor from(ends[0]);
    descriptor to(ends[1]);
    process child([&] {
        check(::setresuid(65533, 65533, 65533), "setresuid");
        // As many as there are, and two: one is for another user's pool.
        const auto limit = [](rlim_t processes) {
            const rlimit r = {processes, 20};
            check(::setrlimit(RLIMIT_NPROC, &r), "setrlimit");
        };
        std::string found;
        pool_options options;
        options.workers = 2;
        limit(2); // us, and one
        try {
            process_pool<int, int> pool(square, options);
            found += "started;";
        } catch (const std::system_error& error) {
            found += std::string(error.what()) + ";";
        }
        limit(3);
        process_pool<int, int> pool(
            [](const int& x) {
                if (x == 1)
                    die(SIGKILL);
                return x;
            },
            options);
        limit(2); // none of them can be replaced while the other lives
        found += pool.get(pool.submit(1))->error + ";";
        found += fmt::format("{};", pool.map({5, 6})[1]);
        limit(1); // now nobody is left
        for (const pid_t pid : pool.pids())
            ::kill(pid, SIGKILL);
        found += pool.get(pool.submit(7))->error + ";";
        limit(3); // and when there are processes again, it goes on
        found += fmt::format("{};", pool.map({8})[0]);
        check(::write(ends[1], found.data(), found.size()), "write");
        return 0;
    });
    to.close();
    std::string text(1000, '\0');
    text.resize(static_cast<std::size_t>(
        std::max<ssize_t>(0, ::read(from.get(), text.data(), text.size()))));
    child.join();
    const std::string none = "fork: Resource temporarily unavailable";
    CHECK(text
          == none + ";task 0: killed by SIGKILL;6;task 3: no worker: " + none
                 + ";8;");
}

static void kill_parents(int step_us) {
    for (int delay_us = 0; delay_us < 4000; delay_us += step_us) {
        int ends[2];
        check(::pipe(ends), "pipe");
        const descriptor from(ends[0]);
        descriptor to(ends[1]);
        process parent([&] {
            pool_options options;
            options.workers = 2;
            process_pool<int, int> pool(
                [](const int&) -> int {
                    for (;;) // no system call, no end of a stream: work
                        if (alarms > 1'000'000'000)
                            return 0;
                },
                options);
            for (const pid_t pid : pool.pids())
                check(::write(ends[1], &pid, sizeof pid), "write");
            pool.submit(1);
            pool.submit(2);
            pool.next();
            return 0;
        });
        to.close();
        // From before its first fork to after its last.
        std::this_thread::sleep_for(std::chrono::microseconds(delay_us));
        parent.kill();
        parent.join();
        const stopwatch clock;
        for (pid_t pid = 0; ::read(from.get(), &pid, sizeof pid) > 0;) {
            while (!is_gone(pid) && clock.seconds() < 10)
                std::this_thread::yield();
            CHECK(is_gone(pid));
        }
        // Workers hold the pipe's other end: its end means that all are gone,
        // those too whose number was never written.
        CHECK(clock.seconds() < 1);
    }
}
TEST_CASE("a parent that is killed takes its workers along within a second") {
    kill_parents(200);
}
TEST_CASE("a thousand parents are killed", "[.full]") {
    kill_parents(4);
}

TEST_CASE("an idle pool uses no processor time") {
    pool_options options;
    options.workers = 2;
    const auto cpu_seconds = [](int who) {
        rusage used = {};
        ::getrusage(who, &used);
        return double(used.ru_utime.tv_sec + used.ru_stime.tv_sec)
               + 1e-6 * double(used.ru_utime.tv_usec + used.ru_stime.tv_usec);
    };
    double mine = 0, before = 0;
    {
        process_pool<int, int> pool(
            [](const int& ms) {
                std::this_thread::sleep_for(milliseconds(ms));
                return ms;
            },
            options);
        pool.map({1, 1});
        mine = cpu_seconds(RUSAGE_SELF);
        before = cpu_seconds(RUSAGE_CHILDREN);
        pool.get(pool.submit(1000)); // one sleeps at a task, one waits for one
        mine = cpu_seconds(RUSAGE_SELF) - mine;
        pool.close();
    }
    CHECK(mine < 0.05);
    CHECK(cpu_seconds(RUSAGE_CHILDREN) - before < 0.1);
}

TEST_CASE("a process: its life, by name") {
    process child([] { return 7; });
    CHECK(child.join());
    CHECK(child.exit_code() == 7);
    CHECK_FALSE(child.alive());
    CHECK(child.how_it_ended() == "exit code 7");

    process sleeper([] {
        ::pause();
        return 0;
    });
    CHECK(sleeper.alive());
    CHECK_FALSE(sleeper.exit_code());
    const stopwatch clock;
    CHECK_FALSE(sleeper.join(milliseconds(50)));
    CHECK(clock.seconds() >= 0.05);
    sleeper.terminate();
    CHECK(sleeper.join());
    CHECK(sleeper.exit_code() == -SIGTERM);
    sleeper.kill(); // nobody there: nothing happens

    process thrower([]() -> int { ::_exit(200); });
    thrower.join();
    CHECK(thrower.exit_code() == 200);
    pid_t forgotten = 0;
    {
        const process one([] { return ::pause(); });
        forgotten = one.pid();
        CHECK_FALSE(is_gone(forgotten));
    }
    CHECK(state_of(forgotten) == '-'); // and no zombie
    CHECK_FALSE(has_children());
}

// --- What a fresh reader broke -----------------------------------------------

// Runs body() in a process of its own, so that it can do to itself what it
// likes, and returns how that ended.
template<class Body>
static std::string ending(Body body) {
    process alone([&] {
        const descriptor null(::open("/dev/null", O_WRONLY));
        ::dup2(null.get(), STDERR_FILENO);
        return body();
    });
    alone.join();
    return alone.how_it_ended();
}

// The other side may put its last message and end just when we ask whether it
// lives.
template<class Ring>
static void last_message() {
    const auto ring = make_shared_in<Ring>(-1, std::size_t(1));
    char message = 0;
    ring->get(&message, [&] {
        ring->put("x");
        return false;
    });
    CHECK(message == 'x');
    CHECK_THROWS_AS(ring->get(&message, [] { return false; }),
                    std::runtime_error);
}
TEST_CASE("what a dead process has put into a ring comes out") {
    last_message<ring>();
    last_message<atomic_ring>();
}

TEST_CASE("messages come out of a ring as they went in, around its end") {
    for (const std::size_t bytes : {1u, 7u, 4096u, 40'000u, 1u << 20}) {
        const auto one = make_shared_in<ring>(-1, bytes);
        const auto other = make_shared_in<atomic_ring>(-1, bytes);
        const auto slots =
            static_cast<char>(std::min<std::size_t>(100, one->slots));
        std::string in(bytes, 0), out(bytes, 0);
        for (char round = 0; round < 3; ++round) {
            for (char i = 0; i < slots; ++i) {
                std::fill(in.begin(), in.end(), static_cast<char>(i + round));
                one->put(in.data());
                other->put(in.data());
            }
            for (char i = 0; i < slots; ++i) {
                std::fill(in.begin(), in.end(), static_cast<char>(i + round));
                one->get(out.data(), [] { return true; });
                CHECK(out == in);
                other->get(out.data(), [] { return true; });
                CHECK(out == in);
            }
        }
    }
}

TEST_CASE("a signal that stops the parent stops it by that signal") {
    CHECK(ending([]() -> int {
              try {
                  stop_on_signals();
                  process_pool<int, int> pool([](const int&) {
                      std::this_thread::sleep_for(std::chrono::hours(1));
                      return 0;
                  });
                  pool.submit(1);
                  process killer([parent = ::getpid()] {
                      std::this_thread::sleep_for(milliseconds(50));
                      return ::kill(parent, SIGTERM);
                  });
                  pool.next();
                  return 0;
              } catch (...) {
                  return failed("test");
              }
          })
          == "killed by SIGTERM");
}

TEST_CASE("a child ends by a signal that comes before it has begun") {
    CHECK(ending([] {
              stop_on_signals(); // which the child must not inherit
              for (int i = 0; i < 200; ++i) {
                  process child([] { return ::pause(); });
                  child.terminate();
                  if (!child.join(milliseconds(5000))
                      || child.exit_code() != -SIGTERM)
                      return 1;
              }
              return 0;
          })
          == "exit code 0");
}

TEST_CASE("what is ignored stays ignored: nohup means it") {
    CHECK(ending([] {
              std::signal(SIGHUP, SIG_IGN);
              process child([] { return ::raise(SIGHUP); });
              child.join();
              return child.exit_code().value();
          })
          == "exit code 0");
}

TEST_CASE("a thousand short children where SIGCHLD is ignored") {
    CHECK(ending([] {
              std::signal(SIGCHLD, SIG_IGN);
              for (int i = 0; i < 1000; ++i)
                  process([] { return 0; }).join();
              return 0;
          })
          == "exit code 0");
}

TEST_CASE("a child cannot get out into its parent's code") {
    CHECK(ending([]() -> int {
              int escaped = 0;
              try {
                  process child([]() -> int { throw 42; });
                  child.join();
                  return child.exit_code().value() + 10;
              } catch (int) {
                  escaped = 1;
              }
              return escaped;
          })
          == "exit code 11");
    // Nor report success when what it printed is lost.
    CHECK(ending([] {
              const descriptor full(::open("/dev/full", O_WRONLY));
              ::dup2(full.get(), STDOUT_FILENO);
              ::dup2(full.get(), STDERR_FILENO);
              std::printf("lost");
              return 0;
          })
          == "exit code 1");
}

TEST_CASE("pools within workers of a pool") {
    pool_options options;
    options.workers = 4;
    process_pool<int, int> pool(
        [](const int& x) {
            process_pool<int, int> inner(square, {.workers = 3});
            const auto results = inner.map({x, x + 1, x + 2});
            return results[0] + results[1] + results[2];
        },
        options);
    CHECK(pool.map({0, 1, 2, 3, 4, 5, 6, 7})
          == std::vector<int>{5, 14, 29, 50, 77, 110, 149, 194});
    CHECK(pool.started() == 4);
}

TEST_CASE("a dead worker is noticed though its own child holds its socket") {
    pool_options options;
    options.workers = 1;
    options.attempts = 1;
    int ends[2]; // the child lives until nobody holds the writing end
    check(::pipe(ends), "pipe");
    const descriptor from(ends[0]);
    descriptor to(ends[1]);
    process_pool<int, int> pool(
        [&](const int&) -> int {
            if (::fork() == 0) {
                to.close();
                char nothing = 0;
                ::_exit(::read(from.get(), &nothing, 1) == 0 ? 0 : 1);
            }
            die(SIGKILL);
        },
        options);
    CHECK(pool.get(pool.submit(1))->error == "task 0: killed by SIGKILL");
    to.close(); // else get() would have returned for this reason
}

TEST_CASE("answers of a worker that is dead count, whatever is on its way") {
    pool_options options;
    options.workers = 1;
    options.attempts = 1;
    options.prefetch = 8;
    process_pool<std::string, int> pool(
        [](const std::string& text) -> int {
            if (text == "die") { // when the long task is on its way
                std::this_thread::sleep_for(milliseconds(500));
                die(SIGKILL);
            }
            // Longer than answers wait for each other.
            std::this_thread::sleep_for(milliseconds(2));
            return int(text.size());
        },
        options);
    for (const char* text : {"a", "bb", "ccc", "die"})
        pool.submit(text);
    pool.submit(std::string(10 << 20, 'x')); // never gets through
    int good = 0, bad = 0;
    std::this_thread::sleep_for(milliseconds(700));
    while (const auto one = pool.next())
        ++(one->result ? good : bad);
    CHECK(good == 3);
    CHECK(bad == 2);
}

TEST_CASE("what tasks have printed is not lost with the pool") {
    int ends[2];
    check(::pipe(ends), "pipe");
    const descriptor from(ends[0]);
    descriptor to(ends[1]);
    CHECK(ending([&] {
              ::dup2(to.get(), STDOUT_FILENO);
              process_pool<int, int> pool([](const int& x) {
                  std::printf("%d\n", x);
                  return x;
              });
              pool.map({1, 2, 3, 4});
              return 0; // and the workers are killed
          })
          == "exit code 0");
    to.close();
    char text[100];
    CHECK(::read(from.get(), text, sizeof text) == 8);
}

TEST_CASE("of a map with a task that is too long, nothing is accepted") {
    process_pool<std::string, int> pool(
        [](const std::string& text) { return int(text.size()); });
    CHECK_THROWS_AS(pool.map({"a", std::string(longest_message, 'x')}),
                    std::length_error);
    CHECK_FALSE(pool.next());
    CHECK(pool.map({"abc"}) == std::vector<int>{3});
}

TEST_CASE("views and vectors of bool cannot travel") {
    STATIC_REQUIRE_FALSE(wire_type<std::string_view>);
    STATIC_REQUIRE_FALSE(wire_type<std::span<int>>);
    STATIC_REQUIRE_FALSE(wire_type<std::vector<bool>>);
    STATIC_REQUIRE(wire_type<bool>);
}
