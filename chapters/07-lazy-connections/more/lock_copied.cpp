// lock_copied: broken on purpose. A thread holds a mutex while another one
// forks: the child has a locked mutex, and not the thread that would unlock it.
//
//     build/bin/lock_copied
#include "01-processes/process.hpp"
#include "common/cli.hpp"

#include <future>
#include <mutex>
#include <thread>

int main(int argc, char** argv) try {
    cli("lock_copied", "Forks with a locked mutex; broken on purpose.")
        .parse(argc, argv);
    fmt::print("a thread with a mutex, and then a process\n");
    //> fork
    std::timed_mutex mutex;
    std::promise<void> locked, forked;
    std::jthread holder([&] {
        const std::lock_guard lock(mutex);
        locked.set_value();
        // At work, until then; or for a second, if there is no process.
        forked.get_future().wait_for(std::chrono::seconds(1));
    });
    locked.get_future().wait();
    process child([&] {
        return mutex.try_lock_for(std::chrono::milliseconds(500)) ? 1 : 0;
    });
    forked.set_value();
    //< fork
    holder.join();
    child.join(); // the holder has let go long before: in our process
    return finish_broken(child.exit_code().value_or(-1), 1);
} catch (...) {
    return failed("lock_copied");
}
