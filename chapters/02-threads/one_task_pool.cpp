// one_task_pool: one task at a time for a thread that waits for it. How long
// until the answer is there?
//
//     build/bin/one_task_pool --cores two
#include "bounded_queue.hpp"
#include "one_task.hpp"
#include "thread_pool.hpp"

int main(int argc, char** argv) try {
    one_task_job job;
    std::string cores = "any";
    one_task_options("one_task_pool", "Gives a pool one task at a time.", job)
        .choice("cores", cores, {"any", "one", "two"}, "for the two threads")
        .parse(argc, argv);
    if (cores == "two" && usable_cores().size() < 2)
        throw missing("--cores two needs a second CPU, see taskset and nproc");
    fmt::print("{} tasks, cores: {}{}\n", job.tasks, cores,
               job.awake == 1 ? ", awake" : "");
    const std::vector<std::jthread> spinners = keep_awake(job);
    bounded_queue<std::int64_t> answers(1);
    const std::vector<std::size_t> usable = usable_cores();
    if (cores != "any")
        use_only(usable.at(cores == "two" ? 1 : 0));
    thread_pool pool(1); // its thread stays where we are now
    if (cores != "any")
        use_only(usable.at(0));
    return time_one_task(job, [&](std::int64_t i) {
        //> ask
        pool.submit([&answers, i] { answers.put(i); });
        return *answers.get();
        //< ask
    });
} catch (...) {
    return failed("one_task_pool");
}
