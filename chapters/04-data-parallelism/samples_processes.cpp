// samples_processes: the same files as samples_sequential, written by child
// processes. Nothing is shared: each child knows its files from its number,
// and what comes back through a pipe is 16 bytes.
//
//     build/bin/samples_processes --workers 4
#include "samples_file.hpp"

#include <sys/prctl.h>
#include <sys/wait.h>

#include <vector>

struct child {
    pid_t pid;
    int results; // reading end of its pipe
};

//> worker
// What a child does: every job.workers-th file, then its sum into the pipe.
[[noreturn]] static void work(const samples_job& job, std::int64_t worker,
                              pid_t parent, int results) try {
    // When the parent dies, of Ctrl-C or of anything else, nobody wants the
    // files any more: then the kernel sends SIGTERM, which ends write_file().
    stop_on_signals();
    check(::prctl(PR_SET_PDEATHSIG, SIGTERM), "prctl");
    if (::getppid() != parent)
        ::_exit(1); // it died before that

    std::vector<std::byte> buffer;
    tally sum;
    for (std::int64_t file = worker; file < job.files(); file += job.workers)
        sum += write_file(job, file, buffer);
    check(::write(results, &sum, sizeof sum), "pipe"); // atomic: <= PIPE_BUF
    ::_exit(0); // not exit: it would flush the parent's buffers once more
} catch (...) {
    ::_exit(failed("samples_processes"));
}
//< worker

static child start(const samples_job& job, std::int64_t worker) {
    int ends[2];
    check(::pipe2(ends, O_CLOEXEC), "pipe");
    const pid_t parent = ::getpid();
    const pid_t pid = check(::fork(), "fork");
    if (pid == 0)
        work(job, worker, parent, ends[1]);
    ::close(ends[1]); // else read() below would never see the end
    return {pid, ends[0]};
}

// Waits for a child: it sends its sum and exits with 0, or it has failed.
static bool collect(const child& c, tally& sum) {
    tally part;
    const ssize_t got = ::read(c.results, &part, sizeof part);
    ::close(c.results);
    int status = 0;
    check(::waitpid(c.pid, &status, 0), "waitpid");
    if (got != sizeof part || status != 0)
        return false;
    sum += part;
    return true;
}

int main(int argc, char** argv) try {
    const samples_job job = parse_samples_job(
        argc, argv, "samples_processes",
        "Writes samples, one process per worker.", crew::several);
    std::fflush(stdout); // or each child would own a copy of what is buffered
    const stopwatch clock;
    std::vector<child> children;
    for (std::int64_t worker = 0; worker < job.workers; ++worker)
        children.push_back(start(job, worker));
    tally sum;
    bool complete = true;
    for (const child& c : children)
        complete = collect(c, sum) && complete;
    if (!complete)
        throw std::runtime_error("a worker did not finish");
    return finish_samples(job, sum, clock);
} catch (...) {
    return failed("samples_processes");
}
