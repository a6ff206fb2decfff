// gil_model: the same experiment as gil_countdown, computed instead of run, on
// machines that you need not have.
//
//     build/bin/gil_model --gil old --cores 16
#include "gil_model.hpp"
#include "common/check.hpp"
#include "common/cli.hpp"

#include <string>

int main(int argc, char** argv) try {
    std::string gil = "old";
    std::int64_t workers = 2, ms = 1000, interval_us = 5000, force = 1;
    std::int64_t nap_us = 0;
    model_machine machine;
    model_costs costs;
    cli("gil_model", "Computes what threads under a GIL would take.")
        .choice("gil", gil, {"old", "new", "none"}, "Python 2's, 3's, none")
        .number("workers", workers, 1, 1024, "threads")
        .number("cores", machine.cores, 1, 1024, "of the machine")
        .number("ms", ms, 1, 1'000'000, "of computing, of all together")
        .number("interval-us", interval_us, 1, 10'000'000,
                "new: until one asks")
        .number("force", force, 0, 1, "new: 0: no forced switching")
        .number("nap-us", nap_us, 0, 1'000'000,
                "of one thread more that mostly naps; 0: none")
        .number("turn-ns", machine.turn, 1, 1'000'000'000, "of the scheduler")
        .number("wake-ns", machine.wake, 0, 1'000'000'000, "until it is ready")
        .number("check-ns", costs.check, 1, 1'000'000'000, "between two checks")
        .number("gap-ns", costs.gap, 0, 1'000'000'000, "lock free at a check")
        .number("notify-ns", costs.notify, 0, 1'000'000'000, "to wake one up")
        .number("handoff-ns", costs.handoff, 0, 1'000'000'000, "cold caches")
        .parse(argc, argv);
    fmt::print("{} ms of computing, workers: {}, cores: {}, gil: {}\n", ms,
               workers, machine.cores, gil);
    costs.interval = interval_us * 1000;
    costs.force_switching = force == 1;
    const auto kind = gil == "old"   ? model_gil::old
                      : gil == "new" ? model_gil::timed
                                     : model_gil::none;
    std::vector<model_work> works;
    std::int64_t left = ms * 1'000'000;
    for (std::int64_t w = 0; w < workers; ++w) {
        works.push_back({.total = left / (workers - w)});
        left -= works.back().total;
    }
    if (nap_us > 0) // a hundred times, and 20 us with the lock after each
        works.push_back(
            {.total = 2'000'000, .burst = 20'000, .away = nap_us * 1000});
    // Without threads Python 2 has no lock.
    const auto happened = gil_model(works.size() == 1 ? model_gil::none : kind,
                                    machine, costs, works)
                              .run();
    fmt::print("modelled_ms: {:.3f}\n", double(happened.elapsed) / 1e6);
    fmt::print("slower: {:.3f}\n", double(happened.elapsed) / double(ms) / 1e6);
    fmt::print("checks: {}\n", happened.checks);
    fmt::print("notified: {}\n", happened.notified);
    fmt::print("futile: {}\n", happened.futile);
    fmt::print("asked: {}\n", happened.asked);
    fmt::print("handoffs: {}\n", happened.handoffs);
    fmt::print("longest_wait_ms: {:.3f}\n",
               double(happened.longest_wait) / 1e6);
    // No thread computes faster than its work takes, and none without a core.
    const std::int64_t least =
        ms * 1'000'000
        / (kind == model_gil::none ? std::min(workers, machine.cores) : 1);
    return finish<std::string>(
        happened.elapsed >= least ? "possible" : "too fast", "possible");
} catch (...) {
    return failed("gil_model");
}
