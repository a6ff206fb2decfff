// condition_if: broken on purpose. As condition, with `if` for `while`: both
// consumers are woken for one item, and the second takes it once more.
//
//     build/bin/condition_if --items 10000
#include "02-threads/slot.hpp"

int main(int argc, char** argv) try {
    const std::int64_t items =
        parse_items(argc, argv, "condition_if", "Takes items twice; broken.");
    slot shared;
    const auto take = [&shared] {
        std::unique_lock lock(shared.mutex);
        //> wait
        if (!shared.full && !shared.ended)
            shared.changed.wait(lock);
        //< wait
        return take_out(shared);
    };
    return finish_broken(hand_over(shared, items, take),
                         items * (items + 1) / 2);
} catch (...) {
    return failed("condition_if");
}
