// lock_forked_first: lock_copied with its two steps in the other order: first
// the processes, then the threads.
//
//     build/bin/lock_forked_first
#include "01-processes/process.hpp"
#include "common/cli.hpp"

#include <mutex>
#include <thread>

int main(int argc, char** argv) try {
    cli("lock_forked_first", "Forks, and then starts a thread.")
        .parse(argc, argv);
    fmt::print("a process, and then a thread with a mutex\n");
    //> fork
    std::timed_mutex mutex;
    process child([&] {
        return mutex.try_lock_for(std::chrono::milliseconds(500)) ? 1 : 0;
    });
    std::jthread holder([&] {
        const std::lock_guard lock(mutex);
        child.join(); // at work all the time: the child's is another mutex
    });
    //< fork
    holder.join();
    return finish(child.exit_code().value_or(-1), 1);
} catch (...) {
    return failed("lock_forked_first");
}
