// dots: a thread prints dots, and the main thread says that it is done. It is,
// and the other is not.
//
//     build/bin/dots
#include "dots.hpp"

int main(int argc, char** argv) try {
    const dots_job job = parse_dots_job(argc, argv, "dots");
    std::atomic<int> printed = 0;
    //> main
    std::thread worker(print_dots, job, std::ref(printed));
    const int before_done = say_done(printed);
    worker.join(); // not before: a thread must be joined or detached somewhere
    //< main
    return finish_dots(before_done, printed);
} catch (...) {
    return failed("dots");
}
