// deadlock_fixed: two cures. Every thread locks in the same order, here by
// address; or std::scoped_lock, which takes both or waits with none.
//
//     build/bin/deadlock_fixed
#include "accounts.hpp"

#include <functional>

int main(int argc, char** argv) try {
    const transfers_job job = parse_transfers_job(
        argc, argv, "deadlock_fixed", "Moves money without a deadlock.", 0);
    account a, b;
    //> order
    const auto in_order = [&job](account& from, account& to) {
        const bool ordered = std::less<>()(&from, &to);
        const std::lock_guard first(ordered ? from.mutex : to.mutex);
        nap(job);
        const std::lock_guard second(ordered ? to.mutex : from.mutex);
        --from.balance;
        ++to.balance;
        return true;
    };
    //< order
    //> together
    const auto together = [](account& from, account& to) {
        const std::scoped_lock both(from.mutex, to.mutex);
        --from.balance;
        ++to.balance;
        return true;
    };
    //< together
    const std::int64_t made = move_both_ways(job, a, b, in_order)
                              + move_both_ways(job, a, b, together);
    fmt::print("balances: {} {}\n", a.balance, b.balance);
    return finish(made, 4 * job.transfers);
} catch (...) {
    return failed("deadlock_fixed");
}
