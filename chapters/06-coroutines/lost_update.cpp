// lost_update: broken on purpose. One thread, one task at a time, and updates
// are lost all the same: between the look and the write there is a co_await.
//
//     build/bin/lost_update --tasks 100
#include "payments.hpp"

//> pay_in
static task<void> pay_in(payments& shared) {
    const std::int64_t seen = shared.sum;
    co_await next_turn(); // asks somebody whether it may
    shared.sum = seen + 1;
}
//< pay_in

int main(int argc, char** argv) try {
    const std::int64_t tasks = parse_payments(argc, argv, "lost_update");
    return finish_broken(pay_in_all(tasks, pay_in), tasks);
} catch (...) {
    return failed("lost_update");
}
