// lost_update_mutex: the same with a lock that is held across the co_await.
//
//     build/bin/lost_update_mutex --tasks 100
#include "payments.hpp"

//> pay_in
static task<void> pay_in(payments& shared) {
    const auto lock = co_await shared.lock.lock();
    const std::int64_t seen = shared.sum;
    co_await next_turn(); // nobody else is between look and write
    shared.sum = seen + 1;
}
//< pay_in

int main(int argc, char** argv) try {
    const std::int64_t tasks = parse_payments(argc, argv, "lost_update_mutex");
    return finish(pay_in_all(tasks, pay_in), tasks);
} catch (...) {
    return failed("lost_update_mutex");
}
