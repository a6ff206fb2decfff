// bounded_tasks: the same, but at most so many at a time: who makes the items
// waits for a permit first.
//
//     build/bin/bounded_tasks --items 100000 --at-a-time 1000
#include "many_items.hpp"

#include "async_semaphore.hpp"

//> all
static task<void> handle_with(async_semaphore::permit, item one,
                              many_items_state& state) {
    co_await handle(std::move(one), state);
} // and here the permit goes back

static task<void> handle_all(const many_items_job& job,
                             many_items_state& state) {
    async_semaphore permits(job.at_a_time);
    auto body = [&](task_group& group) -> task<void> {
        for (std::int64_t i = 0; i < job.items; ++i)
            group.spawn(
                handle_with(co_await permits.acquire(), make_item(i), state));
    };
    co_await in_group(body);
}
//< all

int main(int argc, char** argv) try {
    const many_items_job job =
        parse_many_items_job(argc, argv, "bounded_tasks");
    return time_many_items(job, handle_all);
} catch (...) {
    return failed("bounded_tasks");
}
