// dots_join: the same, but the main thread waits for the other before it says
// that it is done.
//
//     build/bin/dots_join
#include "dots.hpp"

int main(int argc, char** argv) try {
    const dots_job job = parse_dots_job(argc, argv, "dots_join");
    std::atomic<int> printed = 0;
    //> main
    std::thread worker(print_dots, job, std::ref(printed));
    worker.join();
    const int before_done = say_done(printed);
    //< main
    return finish_dots(before_done, printed);
} catch (...) {
    return failed("dots_join");
}
