// uneven_work: one task in fifty is a hundred times as long as the others. Four
// ways to hand them out to threads, and a drawing of who works when.
//
//     build/bin/uneven_work --by static --draw 1
#include "02-threads/thread_pool.hpp"
#include "03-gil/arithmetic.hpp"
#include "common/check.hpp"
#include "common/cli.hpp"
#include "common/stopwatch.hpp"
#include "sample.hpp"

#include <latch>

constexpr std::int64_t tasks = 200; // in a list
struct uneven_job {
    std::string by = "dynamic";
    std::int64_t workers = default_workers(), rounds = 40, draw = 0;
};

// How long each task of a list is, in steps: by chance, one in fifty is long.
static std::vector<std::int64_t> new_list(std::int64_t round) {
    std::vector<std::int64_t> list;
    for (auto i = round * tasks; i < (round + 1) * tasks; ++i)
        list.push_back(splitmix64(1, std::uint64_t(i)) % 50 == 0 ? 800'000
                                                                 : 8'000);
    return list;
}

//> part
// How many tasks the next free worker takes, of those that are `left`.
static std::int64_t part(const uneven_job& job, std::int64_t left) {
    if (job.by == "static") // equal parts
        return (tasks + job.workers - 1) / job.workers;
    if (job.by == "guided") // large parts first, then smaller ones
        return std::max<std::int64_t>(1, left / (2 * job.workers));
    return 1;
}
//< part

struct stretch { // of one worker's time, in seconds since the list began
    double begin, end, steps;
};

// A letter for each piece of time, by what the worker did in the middle of it.
static void draw(const std::vector<std::vector<stretch>>& workers,
                 double seconds) {
    constexpr std::size_t letters = 60;
    for (std::size_t w = 0; w < workers.size(); ++w) {
        std::string line(letters, ' ');
        for (std::size_t i = 0; i < letters; ++i)
            for (const stretch& one : workers[w])
                if (const double at = seconds * (double(i) + 0.5) / letters;
                    one.begin <= at && at < one.end)
                    line[i] = one.steps > 8000 ? '#' : '-';
        fmt::print("worker {:<3}|{}|\n", w, line);
    }
    fmt::print("{:10} one letter: {:.3f} ms; # a long task, - short ones\n", "",
               1e3 * seconds / letters);
}

int main(int argc, char** argv) try {
    uneven_job job;
    cli("uneven_work", "Hands out tasks of which a few are long.")
        .choice("by", job.by, {"static", "dynamic", "guided", "largest-first"},
                "the way")
        .number("workers", job.workers, 1, 64, "threads")
        .number("rounds", job.rounds, 1, 1'000'000, "a list each")
        .number("draw", job.draw, 0, 1, "1: who worked when, last list")
        .parse(argc, argv);
    fmt::print("{} tasks, {}, workers: {}\n", tasks, job.by, job.workers);
    thread_pool pool(job.workers);
    std::atomic<std::uint64_t> sum = 0;
    double all = 0, busy = 0; // seconds
    for (std::int64_t round = 0; round < job.rounds; ++round) {
        std::vector<std::int64_t> list = new_list(round);
        if (job.by == "largest-first")
            std::sort(list.begin(), list.end(), std::greater());
        std::vector<std::vector<stretch>> worked(std::size_t(job.workers));
        std::int64_t next = 0;
        std::mutex mutex; // of `next`
        std::latch all_here(job.workers);
        const stopwatch clock;
        const auto work = [&](std::int64_t worker) {
            all_here.arrive_and_wait(); // so that each thread is one worker
            do {
                std::unique_lock lock(mutex);
                const std::int64_t first = next, left = tasks - next;
                const std::int64_t count = std::min(part(job, left), left);
                next += count;
                lock.unlock();
                if (count == 0)
                    return;
                for (std::int64_t i = first; i < first + count; ++i) {
                    const std::int64_t steps = list[std::size_t(i)];
                    const double begin = clock.seconds();
                    sum += arithmetic(1, steps);
                    worked[std::size_t(worker)].push_back(
                        {begin, clock.seconds(), double(steps)});
                }
            } while (job.by != "static"); // one part each
        };
        pool.parallel_for(job.workers, 1, work);
        all += clock.seconds();
        for (const auto& stretches : worked)
            for (const stretch& one : stretches)
                busy += one.end - one.begin;
        if (job.draw == 1 && round == job.rounds - 1)
            draw(worked, clock.seconds());
    }
    fmt::print("list_ms: {:.3f}\nworking_percent: {:.0f}\n",
               1e3 * all / double(job.rounds),
               100 * busy / all / double(job.workers));
    std::uint64_t expected = 0;
    for (std::int64_t round = 0; round < job.rounds; ++round)
        for (const std::int64_t steps : new_list(round))
            expected += arithmetic(1, steps);
    return finish(sum.load(), expected);
} catch (...) {
    return failed("uneven_work");
}
