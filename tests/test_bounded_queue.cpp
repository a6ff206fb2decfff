// bounded_queue under everything that threads can do to it. A case that hangs
// is ended by whoever runs this: ctest, or timeout(1), at whose signal Catch
// says which case it was.
#include "02-threads/bounded_queue.hpp"

#include "catch.hpp"
#include "common/stopwatch.hpp"

#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <fstream>
#include <limits>
#include <memory>
#include <random>
#include <stack>
#include <string>
#include <thread>
#include <vector>

using namespace std::chrono_literals;

// The full campaigns are for `test_bounded_queue '[full]'`.
static constexpr int few_items = 20'000, many_items = 1'000'000;
static constexpr int few_races = 2'000, many_races = 100'000;

// Nothing here is meant to take long, but the machine may be busy.
static constexpr double soon = 20;

// A thread of which we can say whether it sleeps.
class other_thread {
  public:
    template<class Body>
    explicit other_thread(Body body)
        : thread_([this, body = std::move(body)] {
              id_ = static_cast<pid_t>(::syscall(SYS_gettid));
              id_.notify_all();
              body();
          }) {}

    // Until it waits for something, or has ended. What it waits for first is
    // the queue; should it ever be something else (a lock of malloc's), then
    // a case makes less of a race than it would like to, and still holds.
    const other_thread& until_asleep() const {
        id_.wait(0);
        const std::string path =
            "/proc/self/task/" + std::to_string(id_) + "/stat";
        for (;;) {
            std::string text;
            std::getline(std::ifstream(path), text);
            const auto after = text.rfind(") ");
            if (after == text.npos || text[after + 2] == 'S')
                return *this;
            std::this_thread::sleep_for(10us);
        }
    }
    void join() { thread_.join(); }

  private:
    std::atomic<pid_t> id_ = 0;
    std::jthread thread_;
};

// --- Every item once
// ----------------------------------------------------------

// Sees whether two threads are inside at once, and how full it gets.
class one_at_a_time {
  public:
    static inline std::atomic<int> trespasses;
    static inline std::atomic<std::size_t> most;

    void push(int item) {
        const bool outer = enter();
        items_.push(item);
        most = std::max<std::size_t>(most, items_.size());
        leave(outer);
    }
    // Who asks for the first item stays inside until it is taken away.
    int& front() {
        enter();
        return items_.front();
    }
    void pop() {
        enter();
        items_.pop();
        leave(true);
    }
    bool empty() const { return size() == 0; }
    std::size_t size() const {
        const bool outer = enter();
        const std::size_t count = items_.size();
        leave(outer);
        return count;
    }

  private:
    bool enter() const {
        const auto me = std::this_thread::get_id();
        std::thread::id nobody, found;
        const bool outer = inside_.compare_exchange_strong(found, me);
        if (found != nobody && found != me)
            ++trespasses;
        std::this_thread::yield(); // come in, whoever can
        return outer;
    }
    void leave(bool outer) const {
        if (inside_.load() != std::this_thread::get_id())
            ++trespasses;
        else if (outer)
            inside_ = std::thread::id();
    }

    mutable std::atomic<std::thread::id> inside_;
    std::queue<int> items_;
};

// Each item is numbered: producer p sends p * count, p * count + 1, ...
template<class Order = std::queue<int>>
static void pass_through(std::size_t capacity, int producers, int consumers,
                         int items) {
    CAPTURE(capacity, producers, consumers);
    bounded_queue<int, Order> queue(capacity);
    const int count = items / producers;
    std::atomic<int> at_work = producers, refused = 0;
    std::vector<std::vector<int>> received(static_cast<std::size_t>(consumers));
    std::size_t most = 0;
    {
        std::vector<std::jthread> takers, makers;
        for (auto& mine : received)
            takers.emplace_back([&] {
                for (;;) { // sometimes in a hurry
                    auto item = mine.size() % 50 == 49 ? queue.get_for(1us)
                                                       : std::nullopt;
                    if (!item)
                        item = queue.get();
                    if (!item)
                        return;
                    mine.push_back(*item);
                }
            });
        for (int p = 0; p < producers; ++p)
            makers.emplace_back([&, p] {
                for (int i = p * count; i < (p + 1) * count; ++i)
                    if (i % 70 != 69 || !queue.put_for(i, 1us))
                        refused += !queue.put(i);
                --at_work;
            });
        while (at_work > 0) {
            most = std::max(most, queue.size());
            std::this_thread::sleep_for(100us); // not to be the main load
        }
        queue.close();
    }
    CHECK(most <= capacity);
    CHECK(refused == 0);
    CHECK(queue.size() == 0);
    std::vector<char> seen(std::size_t(count * producers), 0);
    bool once = true, in_order = true;
    for (const auto& mine : received) {
        std::vector<int> last(std::size_t(producers), -1);
        for (const int item : mine) {
            once = once && seen.at(std::size_t(item))++ == 0;
            int& before = last.at(std::size_t(item / count));
            in_order = in_order && before < item;
            before = item;
        }
    }
    for (const char times : seen)
        once = once && times == 1;
    CHECK(once);
    CHECK(in_order);
}

TEST_CASE("every item comes out once, each producer's in order") {
    for (const std::size_t capacity : {1u, 2u, 3u, 8u})
        for (const auto& [producers, consumers] :
             {std::pair(1, 3), std::pair(4, 2)})
            pass_through(capacity, producers, consumers, few_items);
}
TEST_CASE("a million items through each capacity", "[.full]") {
    for (std::size_t capacity = 1; capacity <= 8; ++capacity) {
        const stopwatch clock;
        pass_through(capacity, 4, 4, many_items);
        WARN("capacity " << capacity << ": " << many_items << " items, "
                         << clock.seconds() << " s");
    }
}

TEST_CASE("one thread at a time touches what is inside") {
    one_at_a_time::trespasses = 0;
    for (const std::size_t capacity : {1u, 3u}) {
        one_at_a_time::most = 0;
        pass_through<one_at_a_time>(capacity, 3, 3, 3000);
        CHECK(one_at_a_time::most <= capacity);
    }
    CHECK(one_at_a_time::trespasses == 0);
}

// --- One thread
// ---------------------------------------------------------------

template<class Queue>
static std::vector<int> all_of(Queue& queue) {
    std::vector<int> items;
    queue.close();
    while (const auto item = queue.get())
        items.push_back(*item);
    return items;
}

TEST_CASE("first in, first out; or last; or the largest") {
    bounded_queue<int> line(4);
    bounded_queue<int, std::stack<int>> pile(4);
    bounded_queue<int, std::priority_queue<int>> rank(4);
    for (const int item : {3, 1, 4, 2}) {
        CHECK(line.put(item));
        CHECK(pile.put(item));
        CHECK(rank.put(item));
    }
    CHECK(all_of(line) == std::vector<int>{3, 1, 4, 2});
    CHECK(all_of(pile) == std::vector<int>{2, 4, 1, 3});
    CHECK(all_of(rank) == std::vector<int>{4, 3, 2, 1});
}

TEST_CASE("a queue without room is refused, with a reason") {
    CHECK_THROWS_AS(bounded_queue<int>(0), std::invalid_argument);
    CHECK_THROWS_WITH(bounded_queue<int>(0), contains("capacity 0"));
}

TEST_CASE("a capacity without end") {
    bounded_queue<int> queue(std::numeric_limits<std::size_t>::max());
    for (int i = 0; i < 1000; ++i)
        CHECK(queue.put(i));
    CHECK(queue.size() == 1000);
    CHECK(all_of(queue).size() == 1000);
}

TEST_CASE("items that can only be moved") {
    bounded_queue<std::unique_ptr<int>> line(2);
    bounded_queue<std::unique_ptr<int>, std::stack<std::unique_ptr<int>>> pile(
        2);
    for (const int item : {1, 2}) {
        CHECK(line.put(std::make_unique<int>(item)));
        CHECK(pile.put_for(std::make_unique<int>(item), 1ms));
    }
    CHECK(**line.get() == 1);
    CHECK(**line.get_for(1ms) == 2);
    CHECK(**pile.get() == 2);
    CHECK(**pile.get() == 1);
}

// How many there are; each is destroyed once if none is left.
struct counted {
    static inline std::atomic<int> alive;
    counted() { ++alive; }
    counted(const counted&) { ++alive; }
    ~counted() { --alive; }
};

TEST_CASE("items that nobody took go with the queue") {
    {
        bounded_queue<counted> queue(5);
        for (int i = 0; i < 5; ++i)
            CHECK(queue.put(counted()));
        CHECK(counted::alive == 5);
        queue.get();
        CHECK(counted::alive == 4);
        queue.close();
        CHECK_FALSE(queue.put(counted()));
        CHECK(counted::alive == 4);
    }
    CHECK(counted::alive == 0);
}

TEST_CASE("a put that fails leaves the item alone") {
    bounded_queue<std::unique_ptr<int>> queue(1);
    CHECK(queue.put(std::make_unique<int>(1)));
    auto item = std::make_unique<int>(2);
    std::stop_source stop;
    stop.request_stop();
    CHECK_FALSE(queue.put_for(std::move(item), 0ms));
    CHECK(item);
    CHECK_FALSE(queue.put_for(std::move(item), 1ms));
    CHECK(item);
    CHECK_FALSE(queue.put(std::move(item), stop.get_token()));
    CHECK(item);
    queue.close(); // while it is full, and when it is empty
    for (int i = 0; i < 2; ++i) {
        CHECK_FALSE(queue.put(std::move(item)));
        CHECK(item);
        CHECK_FALSE(queue.put_for(std::move(item), 1h));
        CHECK(item);
        CHECK_FALSE(queue.put(std::move(item), stop.get_token()));
        CHECK(item);
        CHECK(bool(queue.get()) == (i == 0));
    }
    CHECK(*item == 2);
}

// --- Items that throw
// ---------------------------------------------------------

struct burnt {};

// How many copies and moves of fragile items are left, in this thread, until
// one throws.
static constexpr int never = -1;
static thread_local int fuse = never;
static void burn() {
    if (fuse != never && fuse-- == 0)
        throw burnt();
}

// A move that throws has spoilt what it was to move: that is what makes such
// moves so bad.
template<bool MovesThrow>
struct fragile {
    static constexpr int spoilt = -1;
    int value;

    explicit fragile(int v) : value(v) {}
    fragile(const fragile& other) : value(other.value) { burn(); }
    fragile(fragile&& other) noexcept(!MovesThrow)
        : value(std::exchange(other.value, spoilt)) {
        if constexpr (MovesThrow)
            burn();
    }
    fragile& operator=(const fragile& other) {
        value = other.value;
        burn();
        return *this;
    }
    fragile& operator=(fragile&& other) noexcept(!MovesThrow) {
        value = std::exchange(other.value, spoilt);
        if constexpr (MovesThrow)
            burn();
        return *this;
    }
    bool operator<(const fragile& other) const { return value < other.value; }
};
using worst = fragile<true>;
using usual = fragile<false>;

// Does something with a fuse that gets longer until nothing throws any more.
// How often did it?
template<class Body, class Check>
static int until_it_works(Body body, Check check) {
    for (int length = 0;; ++length) {
        fuse = length;
        try {
            body();
            fuse = never;
            return length;
        } catch (const burnt&) {
            fuse = never;
            check();
        }
    }
}

template<class Item, class Order>
static void put_what_throws() {
    bounded_queue<Item, Order> queue(100);
    std::size_t size = 0;
    const auto unchanged = [&] { CHECK(queue.size() == size); };
    const Item three(3);
    CHECK(until_it_works([&] { queue.put(three); }, unchanged) > 0);
    size = 1;
    CHECK(until_it_works([&] { queue.put_for(three, 1ms); }, unchanged) > 0);
    size = 2;
    CHECK((until_it_works([&] { queue.put(Item(3)); }, unchanged) > 0)
          == !std::is_nothrow_move_constructible_v<Item>);
    size = 3;
    CHECK(queue.size() == size);
    while (queue.size() > 0)
        CHECK(queue.get()->value == 3);
}
TEST_CASE("a put that throws leaves the queue as it was") {
    put_what_throws<worst, std::queue<worst>>();
    put_what_throws<worst, std::stack<worst>>();
    put_what_throws<usual, std::queue<usual>>();
    // A heap whose items throw when they are moved is lost, so not `worst`.
    put_what_throws<usual, std::priority_queue<usual>>();
}

template<class Item, class Order>
static void get_what_throws(const std::vector<int>& expected) {
    bounded_queue<Item, Order> queue(3);
    for (const int value : {1, 2, 3})
        queue.put(Item(value));
    // No waiting: if an item was lost after all, this case is to say so.
    std::stop_source stop;
    stop.request_stop();
    for (std::size_t i = 0; i < 3; ++i) {
        int value = 0;
        until_it_works(
            [&] {
                const auto item = i % 2 == 0 ? queue.get(stop.get_token())
                                             : queue.get_for(0ms);
                value = item ? item->value : 0;
            },
            [&] { CHECK(queue.size() == 3 - i); });
        CHECK(value == expected[i]);
        CHECK(queue.size() == 2 - i);
    }
}
TEST_CASE("a get that throws leaves the queue as it was") {
    get_what_throws<worst, std::queue<worst>>({1, 2, 3});
    get_what_throws<worst, std::stack<worst>>({3, 2, 1});
    get_what_throws<usual, std::queue<usual>>({1, 2, 3});
    get_what_throws<usual, std::priority_queue<usual>>({3, 2, 1});
}

// Copying throws so many times, in threads that have said that they mind.
struct touchy {
    static inline thread_local bool minds = false;
    static inline std::atomic<int> throws;

    touchy() = default;
    touchy(const touchy&) {
        if (minds && throws > 0 && throws-- > 0)
            throw burnt();
    }
};

// Two wait; the one that is woken throws, whichever it is. The notification
// was not for it alone.
template<class Call, class Wake>
static void woken_to_throw(const Call& call, const Wake& wake) {
    std::atomic<int> thrown = 0, done = 0;
    const auto try_it = [&] {
        touchy::minds = true;
        try {
            call();
            ++done;
        } catch (const burnt&) {
            ++thrown;
        }
    };
    touchy::throws = 1;
    other_thread one(try_it), two(try_it);
    one.until_asleep();
    two.until_asleep();
    wake();
    one.join();
    two.join();
    CHECK(thrown == 1);
    CHECK(done == 1);
}
TEST_CASE("when the getter who is woken throws, the other gets the item") {
    for (int round = 0; round < 50; ++round) {
        bounded_queue<touchy> queue(1);
        woken_to_throw([&] { queue.get(); }, [&] { queue.put(touchy()); });
        CHECK(queue.size() == 0);
    }
}
TEST_CASE("when the putter who is woken throws, the other has the room") {
    for (int round = 0; round < 50; ++round) {
        bounded_queue<touchy> queue(1);
        queue.put(touchy());
        woken_to_throw([&] { queue.put(touchy()); }, [&] { queue.get(); });
        CHECK(queue.size() == 1);
    }
}

// --- Several that wait
// --------------------------------------------------------

static void
until_asleep(const std::vector<std::unique_ptr<other_thread>>& all) {
    for (const auto& one : all)
        one->until_asleep();
}

TEST_CASE("close ends every get") {
    bounded_queue<int> queue(1);
    std::atomic<int> empty_handed = 0;
    {
        std::vector<std::unique_ptr<other_thread>> getters;
        for (int i = 0; i < 4; ++i)
            getters.push_back(std::make_unique<other_thread>([&, i] {
                empty_handed += !(i % 2 == 0 ? queue.get() : queue.get_for(1h));
            }));
        until_asleep(getters);
        queue.close();
    }
    CHECK(empty_handed == 4);
    queue.close(); // again: nothing happens
    CHECK_FALSE(queue.get());
    CHECK_FALSE(queue.get_for(1h));
}

TEST_CASE("close ends every put, and what is inside still comes out") {
    bounded_queue<std::unique_ptr<int>> queue(2);
    queue.put(std::make_unique<int>(1));
    queue.put(std::make_unique<int>(2));
    std::atomic<int> refused = 0, untouched = 0;
    {
        std::vector<std::unique_ptr<other_thread>> putters;
        for (int i = 0; i < 4; ++i)
            putters.push_back(std::make_unique<other_thread>([&, i] {
                auto item = std::make_unique<int>(3);
                refused += !(i % 2 == 0 ? queue.put(std::move(item))
                                        : queue.put_for(std::move(item), 1h));
                untouched += bool(item);
            }));
        until_asleep(putters);
        queue.close();
    }
    CHECK(refused == 4);
    CHECK(untouched == 4);
    CHECK(**queue.get() == 1);
    CHECK(**queue.get_for(1h) == 2);
    CHECK_FALSE(queue.get());
}

// One notification wakes one, who wakes the next: many rounds, for in some of
// them the first is awake before the second item is there.
TEST_CASE("as many getters wake as there are items") {
    for (int round = 0; round < 100; ++round) {
        bounded_queue<int> queue(3);
        std::atomic<int> sum = 0;
        std::vector<std::unique_ptr<other_thread>> getters;
        for (int i = 0; i < 3; ++i)
            getters.push_back(std::make_unique<other_thread>(
                [&] { sum += queue.get().value(); }));
        until_asleep(getters);
        for (const int item : {1, 10, 100})
            queue.put(item);
        getters.clear(); // joins
        REQUIRE(sum == 111);
    }
}
TEST_CASE("as many putters wake as there is room") {
    for (int round = 0; round < 100; ++round) {
        bounded_queue<int> queue(3);
        for (int i = 0; i < 3; ++i)
            queue.put(0);
        std::vector<std::unique_ptr<other_thread>> putters;
        for (const int item : {1, 10, 100})
            putters.push_back(
                std::make_unique<other_thread>([&, item] { queue.put(item); }));
        until_asleep(putters);
        for (int i = 0; i < 3; ++i)
            REQUIRE(queue.get() == 0);
        putters.clear();
        int sum = 0;
        for (const int item : all_of(queue))
            sum += item;
        REQUIRE(sum == 111);
    }
}

// --- Limits of time
// -----------------------------------------------------------

// Calls with each limit, and measures that it is neither early nor absurdly
// late.
template<class Call>
static void limits_hold(const Call& call) {
    const auto holds = [&](auto limit) {
        const double least = std::chrono::duration<double>(limit).count();
        const stopwatch clock;
        CHECK_FALSE(call(limit));
        CHECK(clock.seconds() >= least);
        CHECK(clock.seconds() < soon);
    };
    holds(0ms);
    holds(1ms);
    holds(30ms);
    holds(std::chrono::duration<double>(0.03));
    holds(-1ms);
    holds(std::chrono::hours::min());
    holds(std::chrono::nanoseconds::min());
    holds(std::chrono::duration<double>(
        -std::numeric_limits<double>::infinity()));
}
TEST_CASE("a get with a limit ends when it is over") {
    bounded_queue<int> queue(1);
    limits_hold([&](auto limit) { return bool(queue.get_for(limit)); });
    queue.put(1);
    CHECK(queue.get_for(-1h) == 1); // what is there is taken
}
TEST_CASE("a put with a limit ends when it is over") {
    bounded_queue<int> queue(1);
    CHECK(queue.put_for(1, -1h)); // where there is room, it goes in
    limits_hold([&](auto limit) { return queue.put_for(2, limit); });
    CHECK(all_of(queue) == std::vector<int>{1});
}

// Copying takes until then, in a thread that wants it so.
struct slow {
    using clock = std::chrono::steady_clock;
    static inline thread_local clock::time_point until, begun;

    slow() = default;
    slow(const slow&) {
        if (clock::now() < until) {
            begun = clock::now();
            std::this_thread::sleep_until(until);
        }
    }
};

// Somebody waits, and his time is over while another holds the lock and makes
// true what he waits for. He must see that, though he is late. Tried again
// where the machine was too busy for the other to begin in time.
template<class Wait, class Make>
static void late_but_lucky(const Wait& wait, const Make& make) {
    for (int tries = 0; tries < 20; ++tries) {
        bounded_queue<slow> queue(1);
        bool lucky = false;
        const auto start = slow::clock::now();
        other_thread waiting([&] { lucky = wait(queue, 100ms); });
        waiting.until_asleep();
        slow::until = slow::clock::now() + 120ms;
        make(queue);
        slow::until = {};
        waiting.join();
        if (slow::begun < start + 100ms) {
            CHECK(lucky);
            return;
        }
    }
    WARN("not tried: the machine is too busy");
}
TEST_CASE("an item that comes while time runs out is taken") {
    late_but_lucky(
        [](auto& queue, auto limit) { return bool(queue.get_for(limit)); },
        [](auto& queue) { queue.put(slow()); });
}
TEST_CASE("room that is made while time runs out is used") {
    late_but_lucky(
        [](auto& queue, auto limit) {
            queue.put(slow());
            return queue.put_for(slow(), limit);
        },
        [](auto& queue) { queue.get(); });
}

// body(limit) for limits longer than anybody lives.
template<class Body>
static void for_endless_limits(const Body& body) {
    body(1h);
    body(24h * 365 * 99);
    body(24h * 365 * 101);
    body(std::chrono::hours::max());
    body(std::chrono::nanoseconds::max());
    body(std::chrono::duration<double>::max());
    body(
        std::chrono::duration<double>(std::numeric_limits<double>::infinity()));
}
TEST_CASE("an item ends a get with an endless limit") {
    for_endless_limits([](auto limit) {
        const stopwatch clock;
        bounded_queue<int> queue(1);
        std::optional<int> item;
        other_thread getter([&] { item = queue.get_for(limit); });
        getter.until_asleep();
        queue.put(5);
        getter.join();
        CHECK(item == 5);
        CHECK(clock.seconds() < soon);
    });
}
TEST_CASE("room ends a put with an endless limit") {
    for_endless_limits([](auto limit) {
        const stopwatch clock;
        bounded_queue<int> queue(1);
        queue.put(5);
        bool accepted = false;
        other_thread putter([&] { accepted = queue.put_for(6, limit); });
        putter.until_asleep();
        CHECK(queue.get() == 5);
        putter.join();
        CHECK(accepted);
        CHECK(queue.get() == 6);
        CHECK(clock.seconds() < soon);
    });
}

// --- Stop requested
// -----------------------------------------------------------

TEST_CASE("a stop that was requested before is heeded, after what is there") {
    bounded_queue<int> queue(1);
    std::stop_source stop;
    stop.request_stop();
    CHECK_FALSE(queue.get(stop.get_token()));
    CHECK(queue.put(1, stop.get_token())); // there is room
    CHECK_FALSE(queue.put(2, stop.get_token()));
    CHECK(queue.get(stop.get_token()) == 1); // there is an item
    CHECK_FALSE(queue.get(stop.get_token()));
    CHECK(queue.put(3)); // it is not the queue that was stopped
    CHECK(queue.get() == 3);
}

// Both of the others wake when one is stopped, and one of them goes on.
TEST_CASE("stop ends one get, and no other") {
    for (int round = 0; round < 50; ++round) {
        bounded_queue<int> queue(1);
        std::stop_source stop;
        std::optional<int> stopped = 0, other;
        other_thread one([&] { stopped = queue.get(stop.get_token()); });
        other_thread two([&] { other = queue.get(); });
        one.until_asleep();
        two.until_asleep();
        stop.request_stop();
        one.join();
        CHECK_FALSE(stopped);
        two.until_asleep();
        queue.put(1);
        two.join();
        CHECK(other == 1);
        CHECK(queue.size() == 0);
    }
}
TEST_CASE("stop ends one put, and no other") {
    for (int round = 0; round < 50; ++round) {
        bounded_queue<int> queue(1);
        queue.put(0);
        std::stop_source stop;
        bool stopped = true, other = false;
        other_thread one([&] { stopped = queue.put(1, stop.get_token()); });
        other_thread two([&] { other = queue.put(2); });
        one.until_asleep();
        two.until_asleep();
        stop.request_stop();
        one.join();
        CHECK_FALSE(stopped);
        two.until_asleep();
        CHECK(queue.size() == 1);
        CHECK(queue.get() == 0);
        two.join();
        CHECK(other);
        CHECK(all_of(queue) == std::vector<int>{2});
    }
}

// --- Leaving just when the item comes
// -----------------------------------------

// Who waits with a way out, and what it takes to open that.
struct by_stop {
    std::stop_source source;
    std::atomic<bool> go = false;
    // Last: joined before the others go.
    std::jthread stopper{[this] {
        go.wait(false);
        source.request_stop();
    }};

    template<class Queue>
    auto get(Queue& queue) {
        return queue.get(source.get_token());
    }
    template<class Queue>
    bool put(Queue& queue, int item) {
        return queue.put(item, source.get_token());
    }
    // Both at once, and in every other round while everybody waits.
    void approach(const other_thread& hurried, const other_thread& patient,
                  std::uint_fast32_t random) {
        if (random % 2 == 0) {
            hurried.until_asleep();
            patient.until_asleep();
        }
        go = true;
        go.notify_one();
        const stopwatch clock;
        while (clock.seconds() < 1e-6 * double(random / 2 % 30)) {
        }
    }
};
struct by_time {
    std::atomic<bool> begun = false;

    template<class Queue>
    auto get(Queue& queue) {
        begin();
        return queue.get_for(200us);
    }
    template<class Queue>
    bool put(Queue& queue, int item) {
        begin();
        return queue.put_for(item, 200us);
    }
    void begin() {
        begun = true;
        begun.notify_one();
    }
    // Until its time is over, more or less.
    void approach(const other_thread&, const other_thread&,
                  std::uint_fast32_t random) {
        begun.wait(false);
        std::this_thread::sleep_for(80us
                                    + std::chrono::microseconds(random % 120));
    }
};

// One waits with a way out, one without. If the first leaves, the item is for
// the second.
template<class WayOut>
static void race_for_an_item(int rounds) {
    std::mt19937 random(7);
    int left = 0;
    for (int round = 0; round < rounds; ++round) {
        bounded_queue<int> queue(1);
        WayOut out;
        std::optional<int> first, second;
        other_thread patient([&] { second = queue.get(); });
        other_thread hurried([&] { first = out.get(queue); });
        out.approach(hurried, patient, random());
        REQUIRE(queue.put(1));
        hurried.join();
        if (first) {
            REQUIRE(first == 1);
            queue.put(2);
        } else
            ++left;
        patient.join();
        REQUIRE(second == (first ? 2 : 1));
        REQUIRE(queue.size() == 0);
    }
    if (rounds > few_races)
        WARN(rounds << " rounds, " << left << " left empty-handed");
}
template<class WayOut>
static void race_for_room(int rounds) {
    std::mt19937 random(7);
    int left = 0;
    for (int round = 0; round < rounds; ++round) {
        bounded_queue<int> queue(1);
        REQUIRE(queue.put(0));
        WayOut out;
        bool first = false, second = false;
        other_thread patient([&] { second = queue.put(2); });
        other_thread hurried([&] { first = out.put(queue, 1); });
        out.approach(hurried, patient, random());
        REQUIRE(queue.get() == 0);
        // Whoever was faster: one item after the other, none of them twice.
        std::vector<int> items = {queue.get().value()};
        hurried.join();
        if (first)
            items.push_back(queue.get().value());
        else
            ++left;
        patient.join();
        REQUIRE(second);
        std::sort(items.begin(), items.end());
        REQUIRE(items
                == (first ? std::vector<int>{1, 2} : std::vector<int>{2}));
        REQUIRE(queue.size() == 0);
    }
    if (rounds > few_races)
        WARN(rounds << " rounds, " << left << " left with their item");
}

TEST_CASE("stopped just when the item comes") {
    race_for_an_item<by_stop>(few_races);
}
TEST_CASE("stopped just when there is room") {
    race_for_room<by_stop>(few_races);
}
TEST_CASE("out of time just when the item comes") {
    race_for_an_item<by_time>(few_races);
}
TEST_CASE("out of time just when there is room") {
    race_for_room<by_time>(few_races);
}
TEST_CASE("stopped just then, often", "[.full]") {
    race_for_an_item<by_stop>(many_races);
    race_for_room<by_stop>(many_races);
}
TEST_CASE("out of time just then, often", "[.full]") {
    race_for_an_item<by_time>(many_races);
    race_for_room<by_time>(many_races);
}
