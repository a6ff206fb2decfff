// One worker of a pool, as its parent sees it: a process, a socket to it, and
// the jobs that it has been given. Workers share nothing, not even a socket,
// so that none can spoil another by dying.
#pragma once

#include "frame.hpp"
#include "process.hpp"

#include "common/workers.hpp"

#include <fcntl.h>

#include <deque>
#include <functional>

struct pool_options {
    std::int64_t workers = default_workers();
    std::function<void()> initializer = {}; // runs first in each new worker
    std::int64_t max_tasks_per_child = 0;   // then a fresh one; 0: no limit
    // Executions of a task, at most. A death counts for all that was at the
    // worker: how far it had come, nobody knows.
    int attempts = 3;
    // Messages at a worker: one in work, the others waiting, and an answer
    // may wait for the next one. More than 1 is for tiny tasks.
    int prefetch = 1;
    std::chrono::milliseconds timeout{0}; // of a message's tasks; 0: none

    void check() const {
        if (workers < 1 || workers > 1024 || attempts < 1 || prefetch < 1)
            throw std::invalid_argument("a pool wants 1 to 1024 workers, "
                                        "attempts and prefetch from 1");
    }
};

// What a worker gets in one message: a task, or several.
struct job {
    std::uint64_t first = 0; // number of its first task
    std::size_t tasks = 0;
    std::string message;
    int tried = 0;
    bool alone = false; // a worker died with it: it must have no company
};

class worker {
  public:
    using clock = std::chrono::steady_clock;

    // Starts a process that runs serve(its end of the socket). Throws
    // system_error.
    explicit worker(const std::function<void(int)>& serve)
        : worker(serve, make_ends()) {}

    worker(worker&&) noexcept = default;
    worker& operator=(worker&&) noexcept = default;
    ~worker() { std::erase(parents_own, socket()); } // and kills, by process_

    int socket() const { return socket_.get(); }
    pid_t pid() const { return process_.pid(); }
    int end() const { return process_.end(); } // for poll()

    bool may_have(const job& next, const pool_options& options) const {
        return !retired && sent.size() < std::size_t(options.prefetch)
               && (sent.empty() || (!next.alone && !sent.back().alone));
    }
    void give(job next, const pool_options& options) {
        out.add(next.message);
        if (sent.empty())
            since = clock::now();
        ++next.tried;
        given_ += static_cast<std::int64_t>(next.tasks);
        retired = options.max_tasks_per_child > 0
                  && given_ >= options.max_tasks_per_child;
        sent.push_back(std::move(next));
    }

    // Until the job it is at has taken too long, 0 if it has; empty if there
    // is no job or no limit.
    std::optional<std::chrono::milliseconds>
    time_left(const pool_options& options) const {
        using std::chrono::milliseconds;
        if (options.timeout.count() == 0 || sent.empty() || !ready)
            return {};
        return std::max(milliseconds(0),
                        std::chrono::ceil<milliseconds>(since + options.timeout
                                                        - clock::now()));
    }

    // Lets it end by itself: it sees the end of its stream.
    void retire() { ::shutdown(socket(), SHUT_WR); }
    // Brings its end about, or waits for it, and says how it ended. Throws
    // stopped_by_signal while it waits.
    std::string bury(bool now) {
        if (now)
            process_.kill_and_reap();
        else
            process_.join();
        return process_.how_it_ended();
    }

    frame_reader in;
    frame_writer out;
    std::deque<job> sent;    // in the order of their answers
    clock::time_point since; // when it came to the first of them
    bool ready = false;      // it has sent its first message
    bool retired = false;    // it gets no more

  private:
    struct ends {
        descriptor parents, childs;
    };
    static ends make_ends() {
        int both[2];
        check(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, both),
              "socketpair");
        ends made{descriptor(both[0]), descriptor(both[1])};
        // The parent waits in poll() only: see crew::look().
        check(::fcntl(both[0], F_SETFL, O_NONBLOCK), "fcntl");
        return made;
    }

    // A worker learns that its parent is gone by the end of its stream, and
    // that comes only when nobody holds the parent's end: no other worker, by
    // parents_own, and not this one.
    worker(const std::function<void(int)>& serve, ends made)
        : socket_(std::move(made.parents)), process_([&] {
              ::close(socket());
              serve(made.childs.get());
              return 0;
          }) {
        parents_own.push_back(socket());
    }

    descriptor socket_;
    process process_;
    std::int64_t given_ = 0;
};
