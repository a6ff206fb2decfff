// queue_order: the same queue, with another order inside: first in first out,
// last in first out, largest first.
//
//     build/bin/queue_order
#include "02-threads/bounded_queue.hpp"
#include "common/check.hpp"
#include "common/cli.hpp"

#include <stack>

// The next one is called top() in these two.
struct newest_first : std::stack<int> {
    int front() const { return top(); }
};
struct largest_first : std::priority_queue<int> {
    int front() const { return top(); }
};

// What comes out when 3 1 4 1 5 went in.
template<class Queue>
static std::string order_of(Queue& queue) {
    for (const int item : {3, 1, 4, 1, 5})
        queue.put(item);
    queue.close(); // get() ends when the queue is empty
    std::string order;
    while (const auto item = queue.get())
        order += fmt::format(" {}", *item);
    return order;
}

int main(int argc, char** argv) try {
    cli("queue_order", "Takes items out of three queues.").parse(argc, argv);
    fmt::print("in: 3 1 4 1 5\n");
    //> queues
    bounded_queue<int> fifo(8);
    bounded_queue<int, newest_first> lifo(8);
    bounded_queue<int, largest_first> priority(8);
    //< queues
    const std::string first = order_of(fifo), last = order_of(lifo),
                      largest = order_of(priority);
    fmt::print("fifo:{}\nlifo:{}\nlargest_first:{}\n", first, last, largest);
    return finish<std::string>(first + ";" + last + ";" + largest,
                               " 3 1 4 1 5; 5 1 4 1 3; 5 4 3 1 1");
} catch (...) {
    return failed("queue_order");
}
