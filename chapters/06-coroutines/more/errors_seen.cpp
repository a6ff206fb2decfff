// errors_seen: the same exception in a process, a thread, a pool's task and a
// task: what does who has started it get to see?
//
//     build/bin/errors_seen
#include "06-coroutines/event_loop.hpp"
#include "06-coroutines/frames.hpp"
#include "06-coroutines/task_group.hpp"

#include "01-processes/process.hpp"
#include "02-threads/thread_pool.hpp"
#include "common/cli.hpp"

#include <fcntl.h>

#include <thread>

[[noreturn]] static void fail() {
    throw std::runtime_error("no such row");
}
static task<void> failing_task() {
    fail();
    co_return;
}

// What `function` throws.
template<class Function>
static std::string caught(const Function& function) {
    try {
        function();
    } catch (const std::exception& error) {
        return error.what();
    }
    return "nothing";
}

//> seen
// How a child ends that runs `function`; its words go to /dev/null.
template<class Function>
static std::string end_of_child(const Function& function) {
    process child([&] {
        const descriptor nowhere(::open("/dev/null", O_WRONLY | O_CLOEXEC));
        ::dup2(nowhere.get(), STDERR_FILENO);
        function();
        return 0;
    });
    child.join();
    return child.how_it_ended();
}

static std::vector<std::string> all_seen() {
    std::vector<std::string> seen;
    seen.push_back("process: " + end_of_child(fail));
    // In a child, for it ends the whole process that the thread is in.
    seen.push_back("thread: " + end_of_child([] { std::thread(fail).join(); }));
    if (seen.back() == "thread: exit code 1") // there was none to be had
        throw std::system_error(EAGAIN, std::generic_category(), "thread");
    thread_pool pool(1);
    seen.push_back("pool: " + caught([&] { pool.submit(fail).get(); }));
    seen.push_back("task: " + caught([] { event_loop().run(failing_task()); }));
    return seen;
}
//< seen

int main(int argc, char** argv) try {
    cli("errors_seen", "Throws in a process, a thread, a pool and a task.")
        .parse(argc, argv);
    fmt::print("\"no such row\" is thrown in each; who has started it sees:\n");
    std::string result;
    for (const std::string& one : all_seen()) {
        fmt::print("{}\n", one);
        result += (result.empty() ? "" : ", ") + one;
    }
    print_coroutine_frames();
    return finish<std::string>(result,
                               "process: exit code 1, thread: killed by "
                               "SIGABRT, pool: no such row, task: no such row");
} catch (...) {
    return failed("errors_seen");
}
