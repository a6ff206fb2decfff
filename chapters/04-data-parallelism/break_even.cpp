// break_even: how long must the work on an item be for a second worker to pay?
// Predicted from what it costs to start, to hand out and to move bytes; then
// found by trying.
//
//     build/bin/break_even --with processes --items 20
#include "common/check.hpp"
#include "common/cli.hpp"
#include "two_workers.hpp"

#include <cmath>

struct break_even_job {
    std::string with = "threads", cores = "own";
    std::int64_t warm = 0, items = 20, bytes = 16, rounds = 15;
};

// The work at which two are just as fast, between a point where they are slower
// and one where they are faster; on logarithmic axes this is a straight line.
static double between(double work_1, double times_1, double work_2,
                      double times_2) {
    if (times_1 == 0) // there is no such point
        return work_2;
    return work_1
           * std::pow(work_2 / work_1,
                      std::log(1 / times_1) / std::log(times_2 / times_1));
}

// new_pool() starts one of two workers.
template<class NewPool>
int look(const break_even_job& job, const NewPool& new_pool) {
    const auto pool = new_pool();
    std::int64_t lists = 0, right = 0;
    const auto took = [&](const item_list& all, const auto& way) {
        const std::uint64_t expected = sum_alone(all);
        return median(job.rounds, [&] {
            let_workers_sleep();
            const stopwatch clock;
            const std::uint64_t sum = way(all);
            const double seconds = clock.seconds();
            right += sum == expected;
            ++lists;
            return seconds;
        });
    };
    const auto warm = [&](const item_list& all) { return sum_by(*pool, all); };
    const auto cold = [&](const item_list& all) {
        return sum_by(*new_pool(), all);
    };
    //> predict
    const double n = double(job.items);
    // Nothing to do: what is left is handing out, moving bytes, starting.
    const item_list idle = make_items(job.items, 16, 0);
    const item_list more = make_items(10 * job.items, 16, 0);
    const item_list long_ones = make_items(job.items, 65'536, 0);
    const double list = took(idle, warm);
    const double hand_out = std::max(0.0, (took(more, warm) - list) / (9 * n));
    const double byte = // threads move none
        std::max(0.0, (took(long_ones, warm) - list) / (n * 65'520));
    // What a list costs, however short it is. And while one of two wakes up,
    // the other works: half of that is lost.
    double start = std::max(0.0, list - n * hand_out);
    start += median(job.rounds, [&] { return wake_up(*pool); }) / 2;
    if (job.warm == 0)
        start += took(idle, cold) - list;
    // A second worker saves half of the work.
    const double predicted =
        2 * (start / n + hand_out + byte * double(job.bytes - 16));
    //< predict
    fmt::print("start_us: {:.1f}\nhand_out_us: {:.3f}\nbyte_ns: {:.3f}\n",
               1e6 * start, 1e6 * hand_out, 1e9 * byte);
    // More and more work, until two are faster, and with twice as much still.
    double found = std::numeric_limits<double>::infinity();
    double slower = 0, slower_work = 0; // where they are not
    for (std::int64_t steps = 16; steps < 10'000'000; steps *= 2) {
        const item_list all = make_items(job.items, job.bytes, steps);
        const double one = took(all, sum_alone), work = one / n;
        const double two = job.warm == 1 ? took(all, warm) : took(all, cold);
        const double times = one / two; // as fast
        fmt::print("{:10.2f} us of work: {:.3f} times as fast\n", 1e6 * work,
                   times);
        if (times < 1) {
            found = std::numeric_limits<double>::infinity();
            slower = times, slower_work = work;
        } else if (!std::isinf(found)) {
            break;
        } else {
            found = between(slower_work, slower, work, times);
        }
    }
    fmt::print("predicted_us: {:.3f}\nfound_us: {:.3f}\n"
               "predicted_by_found_ratio: {:.2f}\n",
               1e6 * predicted, 1e6 * found, predicted / found);
    if (std::isinf(found)) // who is in the way, we do not know
        fmt::print("unreliable: two were no faster, as if on one core\n");
    return finish(fmt::format("{} of the sums wrong", lists - right),
                  std::string("0 of the sums wrong"));
}

int main(int argc, char** argv) try {
    break_even_job job;
    cli("break_even", "Looks for the work at which a second worker pays.")
        .choice("with", job.with, {"threads", "processes"}, "two workers")
        .number("warm", job.warm, 0, 1, "1: they are there already")
        .choice("cores", job.cores, {"own", "any"}, "one for each, or any")
        .number("items", job.items, 2, 10'000, "in a list")
        .number("bytes", job.bytes, 16, 1'000'000, "of an item")
        .number("rounds", job.rounds, 1, 10'000, "whose median counts")
        .parse(argc, argv);
    if (default_workers() < 2)
        throw missing("two workers need a second CPU, see taskset and nproc");
    const bool own = job.cores == "own";
    fmt::print("lists of {} items of {} bytes, two {} {}, cores: {}\n",
               job.items, job.bytes, job.warm == 1 ? "warm" : "new", job.with,
               job.cores);
    if (job.with == "threads")
        return look(job, [own] { return two_threads(own); });
    return look(job, [own] { return two_processes(own); });
} catch (...) {
    return failed("break_even");
}
