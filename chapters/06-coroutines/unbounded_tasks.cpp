// unbounded_tasks: a task for each of a hundred thousand items, as they come.
// All of them are alive at the same time.
//
//     build/bin/unbounded_tasks --items 100000
#include "many_items.hpp"

//> all
static task<void> handle_all(const many_items_job& job,
                             many_items_state& state) {
    auto body = [&](task_group& group) -> task<void> {
        for (std::int64_t i = 0; i < job.items; ++i)
            group.spawn(handle(make_item(i), state));
        co_return;
    };
    co_await in_group(body);
}
//< all

int main(int argc, char** argv) try {
    const many_items_job job =
        parse_many_items_job(argc, argv, "unbounded_tasks");
    return time_many_items(job, handle_all);
} catch (...) {
    return failed("unbounded_tasks");
}
