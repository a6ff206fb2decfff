// The messages between a pool and its workers, and the worker's side of it.
#pragma once

#include "frame.hpp"
#include "wire.hpp"

#include <cxxabi.h>

#include <chrono>
#include <functional>
#include <typeinfo>

// "std::runtime_error: no such file", of the exception being handled.
inline std::string error_text() {
    try {
        throw;
    } catch (const std::exception& error) {
        int status = 0;
        char* name = abi::__cxa_demangle(typeid(error).name(), nullptr, nullptr,
                                         &status);
        std::string text = status == 0 ? name : "exception";
        std::free(name);
        return text + ": " + error.what();
    } catch (...) {
        return "an exception that is not of the standard library";
    }
}

// A message to a worker: the number of its first task, and the tasks.
template<wire_type Task>
std::string message_of(std::uint64_t first, const Task* tasks,
                       std::size_t count) {
    std::string message;
    put(message, first);
    put(message, std::uint64_t{count}); // then as a vector's: see wire.hpp
    for (std::size_t i = 0; i < count; ++i)
        put(message, tasks[i]);
    check_length(message.size());
    return message;
}

// The answer: the same number, and for each task 'r' and its result or 'e'
// and the text of its error.
template<wire_type Task, wire_type Result>
std::string answer_to(std::string_view message,
                      const std::function<Result(const Task&)>& work) {
    std::string answer;
    put(answer, from_wire<std::uint64_t>(message));
    for (const Task& task : from_wire<std::vector<Task>>(message)) {
        const std::size_t before = answer.size();
        try {
            const Result result = work(task);
            put(answer, 'r');
            put(answer, result);
            check_length(answer.size());
        } catch (...) {
            answer.resize(before);
            put(answer, 'e');
            put(answer, error_text());
        }
    }
    return answer;
}

template<wire_type Result>
struct outcome {
    std::uint64_t task = 0; // what submit() returned
    std::optional<Result> result;
    std::string error; // if there is no result

    // Throws runtime_error with the error.
    const Result& value() const {
        if (!result)
            throw std::runtime_error(error);
        return *result;
    }
};

// What is in an answer. Throws runtime_error if it is none to the `count`
// tasks from number `first` on.
template<wire_type Result>
std::vector<outcome<Result>>
outcomes_in(std::string_view answer, std::uint64_t first, std::size_t count) {
    if (from_wire<std::uint64_t>(answer) != first)
        throw std::runtime_error("an answer to another question");
    std::vector<outcome<Result>> all(count);
    for (outcome<Result>& one : all) {
        one.task = first++;
        if (from_wire<char>(answer) == 'r')
            one.result = from_wire<Result>(answer);
        else
            one.error = from_wire<std::string>(answer);
    }
    return all;
}

//> serve
// Returns when the parent has closed its end or is gone. The first message
// to the parent is empty, or says why this worker cannot work.
template<wire_type Task, wire_type Result>
void serve_tasks(int socket, const std::function<Result(const Task&)>& work,
                 const std::function<void()>& initializer) {
    using clock = std::chrono::steady_clock;
    frame_reader in;
    frame_writer out;
    try {
        if (initializer)
            initializer();
        out.add("");
    } catch (...) {
        out.add(error_text());
        out.flush(socket);
        return;
    }
    do {
        out.flush(socket);
        auto flushed = clock::now();
        while (const auto message = in.next()) {
            out.add(answer_to<Task, Result>(*message, work));
            std::fflush(stdout); // what is answered has been printed, too
            // Answers to tiny tasks travel together. One may wait for the
            // task after it, but only where prefetch is more than 1.
            if (clock::now() - flushed > std::chrono::microseconds(100)) {
                out.flush(socket);
                flushed = clock::now();
            }
        }
    } while (out.flush(socket) && in.receive(socket));
}
//< serve
