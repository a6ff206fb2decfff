// memory_isolated: a child writes to a variable, and its parent's stays as it
// was, at the same address. What the child does to an open file, its parent
// does see.
//
//     build/bin/memory_isolated
#include "common/cli.hpp"
#include "process.hpp"

#include <cstdlib>

int main(int argc, char** argv) try {
    cli("memory_isolated", "Shows what fork copies.").parse(argc, argv);
    fmt::print("a variable, a file, and a child that changes both\n");
    const descriptor file = temporary_file();

    //> child
    int number = 1;
    process child([&] {
        number = 2;
        check(::write(file.get(), "child", 5), "write");
        return number;
    });
    child.join();
    //< child
    const auto place = ::lseek(file.get(), 0, SEEK_CUR);
    fmt::print("in_the_child: {}\n", child.exit_code().value());
    fmt::print("in_the_parent: {}\n", number);
    fmt::print("parents_place_in_the_file: {}\n", place);
    return finish<std::string>(fmt::format("{} {}", number, place), "1 5");
} catch (...) {
    return failed("memory_isolated");
}
