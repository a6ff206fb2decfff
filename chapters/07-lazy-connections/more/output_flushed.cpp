// output_flushed: output_copied with chapter 01's process, which writes what is
// buffered before it forks, and whose child ends by _exit().
//
//     build/bin/output_flushed
#include "01-processes/process.hpp"
#include "common/cli.hpp"

int main(int argc, char** argv) try {
    cli("output_flushed", "Writes a line once.").parse(argc, argv);
    fmt::print("a line, and then a process\n");
    std::FILE* file = std::tmpfile();
    if (file == nullptr)
        throw_errno("tmpfile");
    //> fork
    fmt::print(file, "a line\n");
    process([] { return 0; }).join();
    check(std::fflush(file), "the file");
    //< fork
    std::rewind(file);
    int lines = 0;
    for (int c = 0; (c = std::fgetc(file)) != EOF;)
        lines += c == '\n';
    std::fclose(file);
    return finish(lines, 1);
} catch (...) {
    return failed("output_flushed");
}
