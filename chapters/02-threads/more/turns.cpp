// turns: three threads compute on one core, and the third has told the kernel
// that it is less important. Who gets how much, and in what order?
//
//     build/bin/turns --ms 300 --nice 5
#include "common/check.hpp"
#include "common/cli.hpp"
#include "common/stopwatch.hpp"
#include "common/workers.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <thread>
#include <vector>

int main(int argc, char** argv) try {
    std::int64_t ms = 300, nice = 5;
    cli("turns", "Watches threads that share a core.")
        .number("ms", ms, 50, 60'000, "to watch")
        .number("nice", nice, 0, 19, "how unimportant the third thread is")
        .parse(argc, argv);
    fmt::print("3 threads on one core for {} ms, the third nice by {}\n", ms,
               nice);
    use_one_core();
    // As much above what this process has; nobody is refused to be nicer.
    const int wanted = std::min<int>(19, ::getpriority(PRIO_PROCESS, 0)
                                             + static_cast<int>(nice));
    std::atomic<int> error = 0;
    std::array<double, 3> used_ms{};
    std::atomic<int> running = -1;
    std::atomic<std::int64_t> turns = 0;
    //> compute
    const stopwatch clock;
    const auto compute = [&](int own) {
        if (own == 2) // on Linux this is a thread's own, not its process's
            if (::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()),
                              wanted)
                == -1)
                error = errno;
        while (clock.seconds() * 1e3 < double(ms))
            if (running.exchange(own) != own) // somebody else ran since
                ++turns;
        used_ms[static_cast<std::size_t>(own)] =
            cpu_ms(CLOCK_THREAD_CPUTIME_ID);
    };
    //< compute
    std::vector<std::jthread> threads;
    threads.reserve(3);
    for (int own = 0; own < 3; ++own)
        threads.emplace_back(compute, own);
    threads.clear(); // joins all
    if (error != 0)
        throw std::system_error(error, std::generic_category(), "setpriority");
    const double all = used_ms[0] + used_ms[1] + used_ms[2];
    fmt::print("shares_percent: {:.0f} {:.0f} {:.0f}\n", 100 * used_ms[0] / all,
               100 * used_ms[1] / all, 100 * used_ms[2] / all);
    fmt::print("third_to_first: {:.2f}\n", used_ms[2] / used_ms[0]);
    fmt::print("mean_turn_ms: {:.1f}\n", all / double(turns.load()));
    // Together they cannot have more than one core has.
    return finish<std::string>(
        all < 1.2 * clock.seconds() * 1e3 ? "one core" : "several cores",
        "one core");
} catch (...) {
    return failed("turns");
}
