// run_command: another program as a child, with its input and its output.
//
//     build/bin/run_command
#include "common/check.hpp"
#include "common/cli.hpp"
#include "common/descriptor.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>

int main(int argc, char** argv) try {
    cli("run_command", "Has words sorted by sort.").parse(argc, argv);
    fmt::print("three words for /usr/bin/sort\n");
    int to[2], from[2];
    check(::pipe2(to, O_CLOEXEC), "pipe");
    check(::pipe2(from, O_CLOEXEC), "pipe");
    descriptor its_input(to[0]), its_output(from[1]), input(to[1]);
    const descriptor output(from[0]);

    //> spawn
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_adddup2(&actions, its_input.get(), 0);
    ::posix_spawn_file_actions_adddup2(&actions, its_output.get(), 1);
    char name[] = "sort", locale[] = "LC_ALL=C";
    char* arguments[] = {name, nullptr};
    char* environment[] = {locale, nullptr};
    pid_t pid = 0;
    const int error = ::posix_spawn(&pid, "/usr/bin/sort", &actions, nullptr,
                                    arguments, environment);
    if (error == ENOENT)
        throw missing("no /usr/bin/sort to start");
    if (error != 0)
        throw std::system_error(error, std::generic_category(), "posix_spawn");
    ::posix_spawn_file_actions_destroy(&actions);
    its_input.close(); // else we could not see that it has ended
    its_output.close();
    //< spawn
    const std::string words = "threads\nprocesses\ncoroutines\n";
    // Short, so it fits into the pipe. With more, one would have to read and
    // write by turns: sort may wait for us to read, and we for it.
    check(::write(input.get(), words.data(), words.size()), "write");
    input.close(); // the end of its input
    char sorted[100];
    const auto got = check(::read(output.get(), sorted, sizeof sorted), "read");
    int status = 0;
    check(::waitpid(pid, &status, 0), "waitpid");
    fmt::print("exit_code: {}\n", WEXITSTATUS(status));
    std::string line(sorted, static_cast<std::size_t>(got));
    for (char& c : line)
        c = c == '\n' ? ' ' : c;
    return finish<std::string>(line, "coroutines processes threads ");
} catch (...) {
    return failed("run_command");
}
