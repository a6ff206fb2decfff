// gil_convoy: a thread that answers requests, beside threads that compute. How
// long does an answer take? The client is a process of its own.
//
//     build/bin/gil_convoy --workers 1 --think-us 2000
#include "01-processes/process.hpp"
#include "common/check.hpp"
#include "common/descriptor.hpp"
#include "echo_client.hpp"
#include "echo_server.hpp"
#include "gil_options.hpp"
#include "quiet.hpp"

// Python's own server, see reference.py, instead of ours.
static int become_python(const std::string& script, int client,
                         const gil_job& job) {
    const auto fd = fmt::format("{}", client);
    const auto workers = fmt::format("{}", job.workers);
    const auto interval = fmt::format("{}", job.interval_us);
    ::execlp("python3", "python3", script.c_str(), "serve", fd.c_str(),
             workers.c_str(), interval.c_str(), nullptr);
    fmt::print(stderr, "gil_convoy: python3 is needed for reference.py\n");
    return 3;
}

// Of all its threads. Source: getrusage(2).
static std::int64_t switches_of_server() {
    rusage used = {};
    check(::getrusage(RUSAGE_CHILDREN, &used), "getrusage");
    return used.ru_nvcsw + used.ru_nivcsw;
}

int main(int argc, char** argv) try {
    gil_job job;
    job.workers = 1;
    std::int64_t think_us = 2000, ms = 1000, keep = 0, work = 50;
    std::string reference;
    gil_options("gil_convoy", "Answers requests while others compute.", job, 0)
        .number("think-us", think_us, 0, 1'000'000, "from answer to request")
        .number("ms", ms, 1, 100'000, "how long the client asks")
        .number("work", work, 0, 1'000'000, "of the server for each answer")
        .number("keep", keep, 0, 1, "1: keep the lock where no call blocks")
        .text("reference", reference, "reference.py: CPython is the server")
        .parse(argc, argv);
    fmt::print("workers: {}, {}, think {} us\n", job.workers,
               reference.empty()
                   ? described(job)
                   : fmt::format("CPython, interval {} us", job.interval_us),
               think_us);
    int ends[2] = {};
    check(::socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends), "socketpair");
    descriptor client(ends[0]), server(ends[1]);
    const quiet_cores cores;
    process serving([&] {
        client.close(); // or the server would never see that it is gone
        if (!reference.empty())
            return become_python(reference, server.get(), job);
        return with_gil(job, job.workers + 1, [&](auto& gil) {
            serve_echoes(gil, server.get(), work, job.workers, keep == 1);
            print_counts(gil.counts());
            return 0;
        });
    });
    server.close();
    echo_times times;
    try {
        ask_for_echoes(client.get(), 1, 0); // answered when it has started
        times = ask_for_echoes(client.get(), ms, think_us);
    } catch (...) {
        client.close();
        serving.join();
        if (serving.exit_code() == 3)
            return 3; // it has said why
        throw;
    }
    client.close();
    serving.join();
    if (serving.exit_code() != 0)
        throw std::runtime_error("the server: " + serving.how_it_ended());
    if (cores.print()) {
        print_times(times, job.interval_us);
        fmt::print("switches_per_answer: {:.1f}\n",
                   double(switches_of_server()) / double(times.us.size()));
    }
    return finish<std::string>("all answers right", "all answers right");
} catch (...) {
    return failed("gil_convoy");
}
