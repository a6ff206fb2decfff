// queue_bounded: a producer that is faster than the consumer. A full queue
// makes it wait; a queue without end would only grow.
//
//     build/bin/queue_bounded --capacity 8
#include "bounded_queue.hpp"
#include "common/check.hpp"
#include "common/cli.hpp"
#include "common/stopwatch.hpp"

#include <thread>

int main(int argc, char** argv) try {
    std::int64_t items = 1000, capacity = 8, nap_us = 100;
    cli("queue_bounded", "Produces faster than it consumes.")
        .number("items", items, 1, 100'000'000, "numbers 1, 2, 3, ...")
        .number("capacity", capacity, 1, 100'000'000, "items in the queue")
        .number("nap-us", nap_us, 0, 1'000'000, "of the consumer, each item")
        .parse(argc, argv);
    fmt::print("{} items, room for {}\n", items, capacity);
    //> threads
    bounded_queue<std::int64_t> queue(static_cast<std::size_t>(capacity));
    const stopwatch clock;
    double produced_s = 0;
    std::jthread producer([&] {
        for (std::int64_t item = 1; item <= items; ++item)
            queue.put(item); // waits while the queue is full
        queue.close();
        produced_s = clock.seconds();
    });
    std::int64_t sum = 0;
    std::size_t most = 0;
    while (const auto item = queue.get()) {
        std::this_thread::sleep_for(std::chrono::microseconds(nap_us));
        most = std::max(most, queue.size());
        sum += *item;
    }
    //< threads
    producer.join();
    fmt::print("most_inside: {}\n", most);
    fmt::print("produced_after_ms: {:.0f}\n", produced_s * 1e3);
    fmt::print("consumed_after_ms: {:.0f}\n", clock.seconds() * 1e3);
    return finish(sum, items * (items + 1) / 2);
} catch (...) {
    return failed("queue_bounded");
}
