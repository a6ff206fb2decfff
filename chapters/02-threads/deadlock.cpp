// deadlock: broken on purpose. Each thread has one lock and waits for the
// other's. A time limit finds out; without it they would wait for ever.
//
//     build/bin/deadlock --gap-us 1000
#include "accounts.hpp"

int main(int argc, char** argv) try {
    const transfers_job job =
        parse_transfers_job(argc, argv, "deadlock",
                            "Locks in two orders; broken on purpose.", 1000);
    account a, b;
    //> move
    const auto move = [&job](account& from, account& to) {
        const std::lock_guard first(from.mutex);
        nap(job); // so that the other has its first lock, too
        // By the system clock: of the steady one ThreadSanitizer knows nothing.
        const std::unique_lock second(to.mutex,
                                      std::chrono::system_clock::now()
                                          + std::chrono::milliseconds(200));
        if (!second)
            return false;
        --from.balance;
        ++to.balance;
        return true;
    };
    //< move
    const std::int64_t made = move_both_ways(job, a, b, move);
    return finish_broken(made, 2 * job.transfers);
} catch (...) {
    return failed("deadlock");
}
