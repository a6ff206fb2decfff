// thread_ways: what can be given to a thread: a function with arguments, a
// lambda, an object with its own call, a member function.
//
//     build/bin/thread_ways
#include "common/check.hpp"
#include "common/cli.hpp"

#include <thread>

static void fetch(const std::string& name, std::string& into) {
    into = "got " + name;
}

struct downloader {
    std::string name, got;
    void operator()() { fetch(name, got); }
    void run() { fetch(name, got); }
};

int main(int argc, char** argv) try {
    cli("thread_ways", "Starts threads in four ways.").parse(argc, argv);
    fmt::print("a function, a lambda, an object, a member function\n");
    std::string by_function, by_lambda;
    downloader object{"c", ""}, other{"d", ""};
    //> ways
    // A thread copies its arguments; std::ref stops it from doing so, and
    // what is referred to must outlive the thread. jthread joins at the end.
    {
        const std::jthread one(fetch, "a", std::ref(by_function));
        const std::jthread two([&] { fetch("b", by_lambda); });
        const std::jthread three(std::ref(object));
        const std::jthread four(&downloader::run, &other);
    }
    //< ways
    return finish<std::string>(fmt::format("{} {} {} {}", by_function,
                                           by_lambda, object.got, other.got),
                               "got a got b got c got d");
} catch (...) {
    return failed("thread_ways");
}
