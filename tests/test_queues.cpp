// The queues of chapter 02, and the condition of the second, under everything
// that threads can do to them. A case that hangs is ended by whoever runs this:
// ctest, or timeout(1), at whose signal Catch says which case it was.
#include "02-threads/bounded_queue.hpp"
#include "02-threads/task_queue.hpp"

#include "catch.hpp"
#include "common/stopwatch.hpp"
#include "other_thread.hpp"

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <limits>
#include <memory>
#include <stack>
#include <string>
#include <thread>
#include <vector>

using namespace std::chrono_literals;

// The full campaigns are for `test_queues '[.full]'`.
static constexpr int few_items = 20'000, many_items = 1'000'000;

// --- Every item once ---------------------------------------------------------

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

// Item number i is of producer i / count. Of all there are, each was received
// once, and those of one producer in their order.
static void all_once(const std::vector<std::vector<int>>& received,
                     int producers, int count) {
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
                while (const auto item = queue.get())
                    mine.push_back(*item);
            });
        for (int p = 0; p < producers; ++p)
            makers.emplace_back([&, p] {
                for (int i = p * count; i < (p + 1) * count; ++i)
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
    all_once(received, producers, count);
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

// --- One thread --------------------------------------------------------------

template<class Queue>
static std::vector<int> all_of(Queue& queue) {
    std::vector<int> items;
    queue.close();
    while (const auto item = queue.get())
        items.push_back(*item);
    return items;
}

template<class Container>
struct with_front : Container {
    auto front() const { return this->top(); }
};

TEST_CASE("first in, first out; or last; or the largest") {
    bounded_queue<int> line(4);
    bounded_queue<int, with_front<std::stack<int>>> pile(4);
    bounded_queue<int, with_front<std::priority_queue<int>>> rank(4);
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
    for (const int item : {1, 2})
        CHECK(line.put(std::make_unique<int>(item)));
    CHECK(**line.get() == 1);
    CHECK(**line.get() == 2);
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

// --- Items that throw --------------------------------------------------------

struct burnt {};

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
        CHECK(queue.size() == 0); // and before, it was still there
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

// --- Several that wait -------------------------------------------------------

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
            getters.push_back(std::make_unique<other_thread>(
                [&] { empty_handed += !queue.get(); }));
        until_asleep(getters);
        queue.close();
    }
    CHECK(empty_handed == 4);
    queue.close(); // again: nothing happens
    CHECK_FALSE(queue.get());
}

TEST_CASE("close ends every put, and what is inside still comes out") {
    bounded_queue<int> queue(2);
    queue.put(1);
    queue.put(2);
    std::atomic<int> refused = 0;
    {
        std::vector<std::unique_ptr<other_thread>> putters;
        for (int i = 0; i < 4; ++i)
            putters.push_back(std::make_unique<other_thread>(
                [&] { refused += !queue.put(3); }));
        until_asleep(putters);
        queue.close();
    }
    CHECK(refused == 4);
    CHECK(queue.get() == 1);
    CHECK_FALSE(queue.put(4)); // there is room, and it is closed
    CHECK(queue.get() == 2);
    CHECK_FALSE(queue.get());
}

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
// Both wake for one item, as put wakes all. Who gets it says so after it has
// let the other one in; so what that one does is over when it sleeps again.
TEST_CASE("a getter that wakes for nothing goes on waiting") {
    for (int round = 0; round < 100; ++round) {
        bounded_queue<int> queue(2);
        std::atomic<int> sum = 0;
        std::vector<std::unique_ptr<other_thread>> getters;
        for (int i = 0; i < 2; ++i)
            getters.push_back(std::make_unique<other_thread>([&] {
                sum += queue.get().value_or(1000);
                sum.notify_one();
            }));
        until_asleep(getters);
        queue.put(1);
        sum.wait(0);
        until_asleep(getters);
        queue.put(10);
        getters.clear(); // joins
        REQUIRE(sum == 11);
    }
}
TEST_CASE("a putter that wakes for nothing goes on waiting") {
    for (int round = 0; round < 100; ++round) {
        bounded_queue<int> queue(1);
        queue.put(0);
        std::atomic<int> done = 0;
        std::vector<std::unique_ptr<other_thread>> putters;
        for (int i = 0; i < 2; ++i)
            putters.push_back(std::make_unique<other_thread>([&] {
                queue.put(1);
                ++done;
                done.notify_one();
            }));
        until_asleep(putters);
        REQUIRE(queue.get() == 0);
        done.wait(0);
        until_asleep(putters);
        REQUIRE(queue.size() == 1);
        REQUIRE(queue.get() == 1);
        REQUIRE(queue.get() == 1);
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

// --- task_queue: one wake-up, which is passed on -----------------------------

static void pass_through_tasks(int producers, int consumers, int items) {
    task_queue<std::unique_ptr<int>> queue;
    const int count = items / producers;
    std::atomic<int> refused = 0;
    std::vector<std::vector<int>> received(static_cast<std::size_t>(consumers));
    {
        std::vector<std::jthread> takers, makers;
        for (auto& mine : received)
            takers.emplace_back([&] {
                while (const auto item = queue.get())
                    mine.push_back(*item);
            });
        for (int p = 0; p < producers; ++p)
            makers.emplace_back([&, p] {
                for (int i = p * count; i < (p + 1) * count; ++i)
                    refused += !queue.put(std::make_unique<int>(i));
            });
        makers.clear(); // joins
        queue.close();
    }
    CHECK(refused == 0);
    all_once(received, producers, count);
}
TEST_CASE("tasks: every one comes out once, each producer's in order") {
    pass_through_tasks(1, 3, few_items);
    pass_through_tasks(4, 4, few_items);
    pass_through_tasks(4, 1, few_items);
}
TEST_CASE("tasks: a million", "[.full]") {
    const stopwatch clock;
    pass_through_tasks(4, 4, many_items);
    WARN(many_items << " tasks, " << clock.seconds() << " s");
}

// Many rounds, for in some of them the first is awake before the second is
// there.
TEST_CASE("tasks: as many getters wake as there are tasks") {
    for (int round = 0; round < 100; ++round) {
        task_queue<std::unique_ptr<int>> queue;
        std::atomic<int> sum = 0;
        std::vector<std::unique_ptr<other_thread>> getters;
        for (int i = 0; i < 3; ++i)
            getters.push_back(
                std::make_unique<other_thread>([&] { sum += *queue.get(); }));
        until_asleep(getters);
        for (const int item : {1, 10, 100})
            queue.put(std::make_unique<int>(item));
        getters.clear(); // joins
        REQUIRE(sum == 111);
    }
}

TEST_CASE("tasks: one ends a get") {
    task_queue<std::unique_ptr<int>> queue;
    std::unique_ptr<int> item;
    other_thread getter([&] { item = queue.get(); });
    getter.until_asleep();
    queue.put(std::make_unique<int>(5));
    getter.join();
    CHECK(*item == 5);
}

TEST_CASE("tasks: close ends every get, refuses puts, and loses nothing") {
    task_queue<std::unique_ptr<int>> queue;
    std::atomic<int> empty_handed = 0;
    {
        std::vector<std::unique_ptr<other_thread>> getters;
        for (int i = 0; i < 4; ++i)
            getters.push_back(std::make_unique<other_thread>(
                [&] { empty_handed += !queue.get(); }));
        until_asleep(getters);
        queue.close();
    }
    CHECK(empty_handed == 4);
    CHECK_FALSE(queue.put(std::make_unique<int>(1)));
    CHECK_FALSE(queue.get());

    task_queue<std::unique_ptr<int>> full;
    full.put(std::make_unique<int>(2));
    full.put(std::make_unique<int>(3));
    full.close();
    full.close(); // again: nothing happens
    CHECK(*full.get() == 2);
    CHECK(*full.get() == 3);
    CHECK_FALSE(full.get());
}

// --- futex_condition ---------------------------------------------------------

TEST_CASE("a wait with a limit ends when it is over, and says so") {
    std::mutex mutex;
    futex_condition condition;
    std::unique_lock lock(mutex);
    const auto start = futex_condition::clock::now();
    for (const auto limit : {-1h, 0h})
        CHECK_FALSE(condition.wait_until(lock, start + limit));
    bool in_time = true;
    while (in_time) // it may wake for no reason
        in_time = condition.wait_until(lock, start + 30ms);
    CHECK(futex_condition::clock::now() - start >= 30ms);
    CHECK(lock.owns_lock());
}

TEST_CASE("a notification ends a wait, whatever its limit, and says so") {
    for (const auto limit : {futex_condition::clock::time_point::max(),
                             futex_condition::clock::now() + 24h * 365 * 100}) {
        std::mutex mutex;
        futex_condition condition;
        bool there = false, in_time = false;
        other_thread waits([&] {
            std::unique_lock lock(mutex);
            while (!there)
                in_time = condition.wait_until(lock, limit);
        });
        waits.until_asleep();
        {
            const std::lock_guard lock(mutex);
            there = true;
        }
        condition.notify_one();
        waits.join();
        CHECK(in_time);
    }
}
