// one_task_thread: a new thread for each task, one at a time. How long until
// the answer is there?
//
//     build/bin/one_task_thread --cores one
#include "02-threads/one_task.hpp"

int main(int argc, char** argv) try {
    one_task_job job;
    std::string cores = "any";
    one_task_options("one_task_thread", "Starts a thread for each task.", job)
        .choice("cores", cores, {"any", "one"}, "for both threads")
        .parse(argc, argv);
    fmt::print("{} tasks, cores: {}{}\n", job.tasks, cores,
               job.awake == 1 ? ", awake" : "");
    const std::vector<std::jthread> spinners = keep_awake(job);
    if (cores == "one")
        use_core(0);
    return time_one_task(job, [](std::int64_t i) {
        //> ask
        std::int64_t answer = -1;
        std::jthread([&] { answer = i; }).join();
        return answer; // written before join returned
        //< ask
    });
} catch (...) {
    return failed("one_task_thread");
}
