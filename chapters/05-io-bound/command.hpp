// Another program as a child process.
#pragma once

#include "01-processes/process.hpp"
#include "common/check.hpp"

#include <unistd.h>

#include <cstdlib>
#include <string>
#include <vector>

// Runs a command in place of this process: its words, the first of which is a
// path, or a name that is looked for in PATH. Returns only by an exception.
// Source: execvp(3).
[[noreturn]] inline void become(const std::vector<std::string>& command) {
    std::vector<char*> words;
    words.reserve(command.size() + 1);
    for (const std::string& word : command)
        words.push_back(const_cast<char*>(word.c_str())); // it changes nothing
    words.push_back(nullptr);
    ::execvp(words[0], words.data());
    throw_errno(command[0]);
}

// Starts it with one variable more in its environment. When we end, it is told
// by SIGHUP, as by a line that broke, for an interactive shell takes no
// SIGTERM; and we wait until it has ended.
inline process start_with(const std::string& name, const std::string& value,
                          const std::vector<std::string>& command) {
    return process(
        [&]() -> int {
            check(::setenv(name.c_str(), value.c_str(), 1), name);
            become(command);
        },
        SIGHUP);
}

// Waits for its end. Its exit status, as a shell says it: 128 + N for signal N.
inline int status_of(process& child) {
    child.join();
    const int code = child.exit_code().value_or(1);
    return code >= 0 ? code : 128 - code;
}

// What a program runs that is given no command.
inline std::vector<std::string> readers_shell() {
    const char* shell = std::getenv("SHELL");
    return {shell != nullptr ? shell : "/bin/sh"};
}
