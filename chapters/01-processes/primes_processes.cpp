// primes_processes: the same numbers, tested by processes that take them from
// one queue and put what they find into another. A zero in the first queue
// tells a worker to stop: a poison pill, one for each.
//
//     build/bin/primes_processes --workers 2
#include "pipe_queue.hpp"
#include "primes.hpp"
#include "process.hpp"

struct found {
    std::uint64_t number; // 0: this worker has stopped
    bool prime;
};

//> worker
static int work(pipe_queue<std::uint64_t>& jobs, pipe_queue<found>& results) {
    while (const std::uint64_t number = jobs.get().value_or(0))
        results.put({number, is_prime(number)});
    results.put({0, false});
    return 0;
}
//< worker

int main(int argc, char** argv) try {
    const primes_job job = parse_primes_job(
        argc, argv, "primes_processes",
        "Tests numbers for being prime, in processes.", "largest");
    pipe_queue<std::uint64_t> jobs;
    pipe_queue<found> results;
    std::vector<process> workers;
    for (std::int64_t i = 0; i < job.workers; ++i)
        workers.emplace_back([&] { return work(jobs, results); });
    results.close(); // else get() could not see that all workers are dead

    //> main
    for (const std::uint64_t number : job.numbers)
        jobs.put(number);
    for (std::int64_t i = 0; i < job.workers; ++i)
        jobs.put(0);
    std::int64_t primes = 0;
    for (std::int64_t working = job.workers; working > 0;) {
        const auto one = results.get();
        if (!one)
            throw std::runtime_error("a worker has died");
        primes += one->prime;
        working -= one->number == 0;
    }
    //< main
    for (process& worker : workers)
        worker.join();
    return finish(primes, known_primes);
} catch (...) {
    return failed("primes_processes");
}
