// One worker of a pool: what it does, and what its parent sees of it, which is
// a process, a socket to it, and the jobs that it has been given. Workers share
// nothing, not even a socket, so that none can spoil another by dying.
#pragma once

#include "common/stopwatch.hpp"
#include "messages.hpp"
#include "process.hpp"
#include "wire.hpp"

#include <sys/socket.h>

#include <deque>
#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

// "std::runtime_error: no such file", of the exception being handled.
std::string error_text();

// A message to a worker is a vector of tasks. The answer has, for each of them,
// 'r' and its result, or 'e' and the text of its error.
template<wire_type Task, wire_type Result>
std::string answer_to(std::string_view message,
                      const std::function<Result(const Task&)>& work) {
    std::string answer;
    for (const Task& task : from_wire<std::vector<Task>>(message)) {
        const std::size_t before = answer.size();
        try {
            const Result result = work(task);
            put(answer, 'r');
            put(answer, result);
            check_length(answer.size());
        } catch (const stopped_by_signal&) {
            throw; // it is the worker that ends, not the task
        } catch (...) {
            answer.resize(before);
            put(answer, 'e');
            put(answer, error_text().substr(0, 4096));
        }
    }
    return answer;
}

//> serve
// What a worker does until its parent has closed its end or is gone.
template<wire_type Task, wire_type Result>
void serve_tasks(message_stream& parent,
                 std::function<Result(const Task&)> work,
                 const std::function<void()>& initializer) {
    try {
        if (initializer)
            initializer();
    } catch (...) { // from now on every task is answered by this error
        work = [why = error_text()](const Task&) -> Result {
            throw std::runtime_error("the initializer: " + why);
        };
    }
    std::vector<pollfd> readable = {{parent.socket(), POLLIN, 0}};
    while (parent.flush()) {
        if (stop_event != -1) // the initializer wants signals to end waits
            wait_for(readable);
        if (!parent.receive())
            return;
        stopwatch since_flush;
        while (const auto message = parent.next()) {
            parent.add(answer_to<Task, Result>(*message, work));
            // What is answered has been printed, too.
            check(std::fflush(stdout), "standard output");
            // Answers to tiny tasks travel together. One may wait for the
            // task after it, but only where prefetch is more than 1.
            if (since_flush.seconds() > 100e-6) {
                parent.flush();
                since_flush = stopwatch();
            }
        }
    }
}
//< serve

// What a worker gets in one message: a task, or several.
struct pool_job {
    std::uint64_t first = 0; // number of its first task
    std::size_t tasks = 0;
    std::string message;
    int tried = 0;
    bool alone = false; // a worker died with it: it must have no company
};

// A worker, as its parent sees it.
struct pool_worker {
    // Starts a process that runs serve(its end of the stream). Throws
    // system_error. The stream ends when the parent is gone, for nobody else
    // holds its end: no other worker, by parents_own, and not this one. The
    // worker's end stays open until it has ended, or we would not wait for it.
    pool_worker(const std::function<void(message_stream&)>& serve,
                int end_signal,
                std::pair<descriptor, descriptor> ends = socket_pair());
    pool_worker(pool_worker&&) noexcept = default;
    pool_worker& operator=(pool_worker&&) noexcept = default;
    ~pool_worker() { std::erase(parents_own, stream.socket()); }

    // Lets it end by itself: it sees the end of its stream.
    void retire() const { ::shutdown(stream.socket(), SHUT_WR); }
    // Brings its end about: it reads no more, and nobody listens to it.
    void stop(int signal) {
        ::shutdown(stream.socket(), SHUT_RDWR);
        child.send(signal);
    }

    message_stream stream;
    process child;
    std::deque<pool_job> sent; // in the order of their answers
    std::int64_t given = 0;    // tasks, so far
};
