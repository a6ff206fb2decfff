// thread_lifecycle: what the kernel knows of threads: one that waits, one that
// computes, one that has ended.
//
//     build/bin/thread_lifecycle
#include "common/check.hpp"
#include "common/cli.hpp"
#include "event.hpp"
#include "thread_info.hpp"

#include <atomic>
#include <thread>

static const char* yes_or_no(bool yes) {
    return yes ? "yes" : "no";
}

int main(int argc, char** argv) try {
    cli("thread_lifecycle", "Looks at threads from outside.").parse(argc, argv);
    fmt::print("a thread that waits, one that computes, one that ends\n");
    name_this_thread("main");
    std::jthread not_started;
    //> life
    event enough;
    std::jthread computing([](const std::stop_token& stop) {
        name_this_thread("computing");
        while (!stop.stop_requested())
            ;
    });
    std::atomic<pid_t> own_id = 0;
    std::jthread waiting([&] {
        name_this_thread("waiting");
        own_id = ::gettid();
        enough.wait();
    });
    wait_for_state("waiting", 'S');
    wait_for_state("computing", 'R');
    //< life
    for (const thread_info& thread : threads_of_this_process())
        fmt::print("{}: {}\n", thread.name, thread.state);
    const auto threads = threads_of_this_process();
    fmt::print("first_has_the_number_of_the_process: {}\n",
               yes_or_no(threads[0].id == ::getpid()));
    fmt::print("others_have_their_own: {}\n",
               yes_or_no(own_id != ::getpid() && own_id != 0));
    //> end
    fmt::print("joinable_before_start: {}\n",
               yes_or_no(not_started.joinable()));
    computing.request_stop();
    wait_for_state("computing", '-'); // the kernel has forgotten it
    fmt::print("joinable_after_its_end: {}\n", yes_or_no(computing.joinable()));
    computing.join();
    fmt::print("joinable_after_join: {}\n", yes_or_no(computing.joinable()));
    //< end
    enough.set();
    return finish<std::string>(fmt::format("{} threads", threads.size()),
                               "3 threads");
} catch (...) {
    return failed("thread_lifecycle");
}
