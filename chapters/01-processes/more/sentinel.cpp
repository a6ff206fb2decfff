// sentinel: three ways to tell a worker that no more is coming. By a special
// object, which arrives as a copy; by a special value, which may be a real
// one; by a mark beside the value.
//
//     build/bin/sentinel
#include "01-processes/pipe_queue.hpp"
#include "01-processes/process.hpp"
#include "common/cli.hpp"

struct message {
    int number;
    bool last = false;
};
static const message stop = {0, true};

// Counts the numbers that a worker takes before `is_stop` says stop.
template<class IsStop>
static int taken_until(IsStop is_stop) {
    pipe_queue<message> queue;
    for (const int number : {3, 1, 0, 4, 2}) // 0 is a number like others
        queue.put({number});
    queue.put(stop);
    process worker([&] {
        queue.close(); // so that even who sees no stop comes to an end
        int taken = 0;
        while (const auto one = queue.get()) {
            if (is_stop(*one))
                break;
            ++taken;
        }
        return taken;
    });
    queue.close();
    worker.join();
    return worker.exit_code().value();
}

int main(int argc, char** argv) try {
    cli("sentinel", "Stops a worker in three ways.").parse(argc, argv);
    fmt::print("5 numbers, then a sign to stop\n");
    //> ways
    const int by_identity =
        taken_until([](const message& one) { return &one == &stop; });
    const int by_value =
        taken_until([](const message& one) { return one.number == 0; });
    const int by_mark =
        taken_until([](const message& one) { return one.last; });
    //< ways
    fmt::print("taken_by_identity: {}\n", by_identity);
    fmt::print("taken_by_value: {}\n", by_value);
    fmt::print("taken_by_mark: {}\n", by_mark);
    return finish(by_mark, 5);
} catch (...) {
    return failed("sentinel");
}
