// primes_lost: broken on purpose. The parent stops when no job is left in the
// queue, as the first published version of this program did; but a job that
// has been taken is not yet a job that is done.
//
//     build/bin/primes_lost --workers 2
#include "pipe_queue.hpp"
#include "primes.hpp"
#include "process.hpp"

#include <poll.h>

//> empty
static bool is_empty(const pipe_queue<std::uint64_t>& queue) {
    pollfd end = {queue.read_end(), POLLIN, 0};
    return check(::poll(&end, 1, 0), "poll") == 0;
}
//< empty

int main(int argc, char** argv) try {
    const primes_job job = parse_primes_job(
        argc, argv, "primes_lost", "Loses primes; broken on purpose.", "list");
    pipe_queue<std::uint64_t> jobs;
    pipe_queue<bool> results;
    for (const std::uint64_t number : job.numbers)
        jobs.put(number);
    std::vector<process> workers;
    for (std::int64_t i = 0; i < job.workers; ++i)
        workers.emplace_back([&] {
            while (const auto number = jobs.get())
                results.put(is_prime(*number));
            return 0;
        });
    results.close(); // else get() could not see that all workers are dead

    //> main
    std::int64_t primes = 0, answers = 0;
    do {
        primes += results.get().value();
        ++answers;
    } while (!is_empty(jobs));
    //< main
    fmt::print("answers: {}\n", answers);
    return finish_broken(primes, known_primes);
} catch (...) {
    return failed("primes_lost");
}
