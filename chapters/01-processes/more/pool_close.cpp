// pool_close: six tasks, and then the pool goes: closed, so that what was
// accepted gets done, or ended at once, as by the end of its scope.
//
//     build/bin/pool_close
#include "01-processes/process_pool.hpp"
#include "01-processes/shared_memory.hpp"
#include "common/cli.hpp"

#include <atomic>
#include <thread>

int main(int argc, char** argv) try {
    cli("pool_close", "Ends pools in three ways.").parse(argc, argv);
    fmt::print("2 workers, 6 tasks of 50 ms\n");
    const auto done = make_shared_memory<std::atomic<int>>();
    const auto work = [&](const int& number) {
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
        ++*done;
        return number;
    };
    const auto done_by = [&](auto end) {
        *done = 0;
        {
            process_pool<int, int> pool(work, {.workers = 2});
            for (int i = 0; i < 6; ++i)
                pool.submit(i);
            end(pool);
        }
        return done->load();
    };

    //> ends
    const int by_close = done_by([](auto& pool) { pool.close(); });
    const int by_terminate = done_by([](auto& pool) { pool.terminate(); });
    const int by_scope = done_by([](auto&) {});
    //< ends
    fmt::print("done_after_close: {}\n", by_close);
    fmt::print("done_after_terminate: {}\n", by_terminate);
    fmt::print("done_after_end_of_scope: {}\n", by_scope);
    return finish(by_close, 6);
} catch (...) {
    return failed("pool_close");
}
