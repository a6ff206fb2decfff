// condition: two consumers share a slot with one producer. Each waits in a
// loop for what it needs.
//
//     build/bin/condition --items 10000
#include "slot.hpp"

int main(int argc, char** argv) try {
    const std::int64_t items =
        parse_items(argc, argv, "condition", "Hands items over in a slot.");
    slot shared;
    const auto take = [&shared] {
        std::unique_lock lock(shared.mutex);
        //> wait
        while (!shared.full && !shared.ended)
            shared.changed.wait(lock);
        //< wait
        return take_out(shared);
    };
    return finish(hand_over(shared, items, take), items * (items + 1) / 2);
} catch (...) {
    return failed("condition");
}
