// output_copied: broken on purpose. What a stream has buffered is copied by
// fork, too, and written by both.
//
//     build/bin/output_copied
#include "common/check.hpp"
#include "common/cli.hpp"

#include <sys/wait.h>

int main(int argc, char** argv) try {
    cli("output_copied", "Writes a line twice; broken on purpose.")
        .parse(argc, argv);
    fmt::print("a line, and then a fork\n");
    check(std::fflush(stdout), "standard output");
    std::FILE* file = std::tmpfile();
    if (file == nullptr)
        throw_errno("tmpfile");
    //> fork
    fmt::print(file, "a line\n"); // it is in the stream's buffer
    const pid_t child = check(::fork(), "fork");
    if (child == 0)
        std::exit(0); // writes what is buffered; _exit() would not
    check(::waitpid(child, nullptr, 0), "waitpid");
    check(std::fflush(file), "the file");
    //< fork
    std::rewind(file);
    int lines = 0;
    for (int c = 0; (c = std::fgetc(file)) != EOF;)
        lines += c == '\n';
    std::fclose(file);
    return finish_broken(lines, 1);
} catch (...) {
    return failed("output_copied");
}
