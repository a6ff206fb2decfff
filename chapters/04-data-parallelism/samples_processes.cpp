// samples_processes: the same files as samples_sequential, written by child
// processes. Nothing is shared: each child knows its files from its number,
// and what comes back through a pipe is a sum.
//
//     build/bin/samples_processes --workers 4
#include "01-processes/pipe_queue.hpp"
#include "samples_file.hpp"

#include <sys/prctl.h>
#include <sys/wait.h>

#include <vector>

// What a child sends, once: its sum, or why it has none.
struct message {
    tally sum;
    char error[200] = "";
};

//> worker
// What a child does: every job.workers-th file.
static tally write_files(const samples_job& job, std::int64_t worker) {
    std::vector<std::byte> buffer;
    tally sum;
    for (std::int64_t file = worker; file < job.files(); file += job.workers)
        sum += write_file(job, file, buffer);
    return sum;
}
//< worker

// The life of a child, from fork to its end.
[[noreturn]] static void live(const samples_job& job, std::int64_t worker,
                              pid_t parent, pipe_queue<message>& reports) try {
    // When the parent dies, of Ctrl-C or of anything else, nobody wants the
    // files any more: then the kernel sends SIGTERM, which ends write_file().
    std::signal(SIGTERM, SIG_DFL); // even if it was ignored until now
    stop_on_signals();
    message report;
    try {
        check(::prctl(PR_SET_PDEATHSIG, SIGTERM), "prctl");
        if (::getppid() == parent) // else it died before that
            report.sum = write_files(job, worker);
    } catch (const std::exception& error) {
        std::snprintf(report.error, sizeof report.error, "%s", error.what());
    }
    reports.put(report); // also when the others do: a message is never torn
    ::_exit(0);          // not exit: that would flush the parent's stdout
} catch (...) {
    ::_exit(1);
}

int main(int argc, char** argv) try {
    const samples_job job = parse_samples_job(
        argc, argv, "samples_processes",
        "Writes samples, one process per worker.", crew::several);
    std::fflush(stdout); // or each child would own a copy of what is buffered
    std::signal(SIGCHLD, SIG_DFL); // ignored, it would reap our children
    pipe_queue<message> reports;

    const stopwatch clock;
    const pid_t parent = ::getpid();
    std::vector<pid_t> children;
    for (std::int64_t worker = 0; worker < job.workers; ++worker) {
        children.push_back(check(::fork(), "fork"));
        if (children.back() == 0)
            live(job, worker, parent, reports);
    }
    reports.close(); // else get() would never see the end

    tally sum;
    std::int64_t finished = 0;
    std::string error = "a worker did not finish"; // until all have
    while (const auto got = reports.get()) {
        sum += got->sum;
        if (*got->error == '\0') {
            ++finished;
        } else if (finished >= 0) {
            finished = -job.workers; // never enough: the first error counts
            error = got->error;
            for (const pid_t child : children)
                ::kill(child, SIGTERM);
        }
    }
    for (const pid_t child : children) // a child that nobody waits for stays
        check(::waitpid(child, nullptr, 0), "waitpid");
    if (finished != job.workers)
        throw std::runtime_error(error);
    return finish_samples(job, sum, clock);
} catch (...) {
    return failed("samples_processes");
}
