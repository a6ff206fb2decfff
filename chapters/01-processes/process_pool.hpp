// A pool of worker processes. A worker that dies is replaced, and what it was
// doing is done again elsewhere. Every task that submit() has accepted gets
// exactly one outcome, a result or an error; it may be *executed* twice.
//
//     process_pool<int, int> pool([](int x) { return x * x; });
//     const auto squares = pool.map({1, 2, 3});       // 1 4 9, in this order
//
// The pool has no thread of its own: it gives out tasks and takes in results
// only while its owner is in a call to it. For a process with one thread.
#pragma once

#include "common/stopwatch.hpp"
#include "common/workers.hpp"
#include "worker.hpp"

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
    // What ends workers. SIGTERM is for those that clean up first: their
    // initializer is stop_on_signals, and their tasks call throw_if_stopped().
    int end_signal = SIGKILL;
};

template<class Result>
struct task_outcome {
    std::uint64_t task = 0; // what submit() returned
    std::optional<Result> result;
    std::string error; // if there is no result

    // Throws runtime_error with the error.
    Result value() const {
        if (!result)
            throw std::runtime_error(error);
        return *result;
    }
};

template<wire_type Task, wire_type Result>
class process_pool {
  public:
    using milliseconds = std::chrono::milliseconds;
    using outcome = task_outcome<Result>;
    // `work` runs in the workers, which get it by fork: with all it captures,
    // as it is now. Throws invalid_argument, or system_error if a worker
    // cannot be started.
    explicit process_pool(std::function<Result(const Task&)> work,
                          pool_options options = {})
        : work_(std::move(work)), options_(std::move(options)) {
        if (options_.workers < 1 || options_.workers > 1024
            || options_.attempts < 1 || options_.prefetch < 1)
            throw std::invalid_argument("a pool wants 1 to 1024 workers, "
                                        "attempts and prefetch from 1");
        start_workers();
    }
    process_pool(const process_pool&) = delete;
    // Ends the workers now; what is unfinished is lost.
    ~process_pool() {
        for (pool_worker& worker : workers_) // all, before we wait for one
            worker.stop(options_.end_signal);
    }

    // Accepts a task, starts it if a worker is idle, and returns its number.
    // Throws logic_error on a closed pool, length_error if it is too long.
    std::uint64_t submit(const Task& task) {
        supervise(milliseconds(0)); // who has died while idle?
        accept(job_of(next_number_, &task, 1));
        give_out();
        return next_number_ - 1;
    }

    // The next outcome, in the order in which tasks end. Empty after
    // `timeout`, and when nothing is left to wait for.
    std::optional<outcome> next(std::optional<milliseconds> timeout = {}) {
        work_until([this] { return !ended_.empty(); }, timeout);
        return ended_.empty() ? std::nullopt : get(ended_.front().task);
    }

    // Waits for the outcome of `task`; empty after `timeout`, which may be 0
    // to ask only. Throws out_of_range when all have ended and it is not there.
    std::optional<outcome> get(std::uint64_t task,
                               std::optional<milliseconds> timeout = {}) {
        std::size_t at = 0;
        const auto there = [&] {
            while (at < ended_.size() && ended_[at].task != task)
                ++at;
            return at < ended_.size();
        };
        work_until(there, timeout);
        if (!there() && unfinished_ > 0)
            return {};
        if (!there())
            throw std::out_of_range(fmt::format("no outcome of {}", task));
        outcome one = std::move(ended_[at]);
        ended_.erase(ended_.begin() + static_cast<std::ptrdiff_t>(at));
        return one;
    }

    // The results in the order of the tasks; both travel `chunk` at a time.
    // Throws the first task's error, when all have ended; or stopped_by_signal,
    // and what ends after that comes out of next().
    std::vector<Result> map(const std::vector<Task>& tasks,
                            std::size_t chunk = 1) {
        if (chunk == 0)
            throw std::invalid_argument("a chunk has at least one task");
        supervise(milliseconds(0)); // as in submit()
        std::deque<pool_job> jobs;  // all are accepted, or none
        const std::uint64_t first = next_number_;
        for (std::size_t from = 0; from < tasks.size(); from += chunk) {
            throw_if_stopped(); // a million tasks take a moment
            jobs.push_back(job_of(first + from, &tasks[from],
                                  std::min(chunk, tasks.size() - from)));
        }
        for (pool_job& job : jobs)
            accept(std::move(job));
        std::vector<Result> results(tasks.size());
        std::optional<outcome> failed;
        std::size_t missing = tasks.size();
        collect_ = [&](outcome& one) {
            if (one.task < first) // of an earlier submit()
                return false;
            --missing;
            if (one.result)
                results[one.task - first] = std::move(*one.result);
            else if (!failed || one.task < failed->task)
                failed = std::move(one);
            return true;
        };
        work_until([&] { return missing == 0; }, {});
        collect_ = nullptr;
        if (failed)
            failed->value(); // throws
        return results;
    }

    // Accepts no more, and ends the workers when all is done.
    void close() {
        closed_ = true;
        work_until([] { return false; }, {});
        for (pool_worker& worker : workers_)
            worker.retire();
        for (pool_worker& worker : workers_)
            worker.child.join();
        workers_.clear();
    }
    // Ends the workers now. What is unfinished ends with an error.
    void terminate() {
        closed_ = true;
        for (pool_worker& worker : workers_) {
            worker.stop(options_.end_signal);
            std::move(worker.sent.begin(), worker.sent.end(),
                      std::back_inserter(waiting_));
        }
        workers_.clear(); // waits
        for (; !waiting_.empty(); waiting_.pop_front())
            fail(waiting_.front(), "the pool was terminated");
    }

    std::vector<pid_t> pids() const {
        std::vector<pid_t> all;
        for (const pool_worker& worker : workers_)
            all.push_back(worker.child.pid());
        return all;
    }
    // Workers so far, with those that have replaced others.
    std::int64_t started() const { return started_; }

  private:
    // A job goes from waiting_ to a worker (give_out) and comes back as
    // outcomes (take_answer); or its worker dies (reap), and it waits again.
    static pool_job job_of(std::uint64_t first, const Task* tasks,
                           std::size_t count) {
        pool_job job{first, count, {}};
        put(job.message, std::uint64_t{count}); // as a vector: see wire.hpp
        for (std::size_t i = 0; i < count; ++i)
            put(job.message, tasks[i]);
        check_length(job.message.size());
        return job;
    }
    void accept(pool_job job) {
        if (closed_)
            throw std::logic_error("this pool is closed");
        const std::size_t tasks = job.tasks;
        waiting_.push_back(std::move(job)); // or throws, and nothing happened
        next_number_ += tasks;
        unfinished_ += tasks;
    }

    void finish(outcome one) noexcept {
        --unfinished_;
        if (!one.result)
            one.error = fmt::format("task {}: {}", one.task, one.error);
        if (!collect_ || !collect_(one))
            ended_.push_back(std::move(one));
    }
    void fail(const pool_job& job, const std::string& why) {
        for (std::uint64_t i = job.first; i < job.first + job.tasks; ++i)
            finish({i, {}, why});
    }

    // Works until `there()`, or nothing is left to do, or time is over.
    template<class There>
    void work_until(There there, std::optional<milliseconds> timeout) try {
        const stopwatch clock;
        auto left = timeout;
        while (!there() && unfinished_ > 0 && (!left || left->count() >= 0)) {
            give_out();
            if (unfinished_ > 0) // else there was no worker to be had
                supervise(left);
            give_out();  // so that they work while the caller does
            if (timeout) // -1 at the end, even if it was 0 from the beginning
                left = *timeout - milliseconds(1 + long(1e3 * clock.seconds()));
        }
    } catch (...) {
        collect_ = nullptr; // its variables are gone
        throw;
    }

    void start_workers() {
        const auto serve = [this](message_stream& parent) {
            serve_tasks<Task, Result>(parent, work_, options_.initializer);
        };
        for (; std::ssize(workers_) < options_.workers; ++started_)
            workers_.emplace_back(serve, options_.end_signal);
    }
    bool used_up(const pool_worker& worker) const {
        return options_.max_tasks_per_child > 0
               && worker.given >= options_.max_tasks_per_child;
    }
    bool may_have(const pool_worker& worker, const pool_job& next) const {
        if (worker.sent.empty())
            return !used_up(worker);
        return !used_up(worker) && !next.alone && !worker.sent.back().alone
               && std::ssize(worker.sent) < options_.prefetch;
    }

    // Replaces the dead, and gives each worker as much as it may have.
    void give_out() {
        std::string why;
        try {
            if (!waiting_.empty()) // the idle are replaced when needed
                start_workers();
        } catch (const std::system_error& error) {
            why = std::string("no worker: ") + error.what();
        } // those that live do the work, if any do
        for (; workers_.empty() && !waiting_.empty(); waiting_.pop_front())
            fail(waiting_.front(), why);
        for (bool gave = true; std::exchange(gave, false);) {
            for (pool_worker& worker : workers_) // one each, then another each
                if (!waiting_.empty() && may_have(worker, waiting_.front())) {
                    pool_job& job =
                        worker.sent.emplace_back(std::move(waiting_.front()));
                    waiting_.pop_front();
                    worker.stream.add(job.message);
                    worker.given += std::int64_t(job.tasks);
                    ++job.tried;
                    gave = true;
                }
        }
        for (pool_worker& worker : workers_)
            worker.stream.flush(); // dead? supervise() sees it
    }

    // Waits for answers and deaths. While tasks are unfinished the parent waits
    // nowhere else: if it waited for a worker to read, and that for the parent,
    // with a long message each, it would be for ever.
    void supervise(std::optional<milliseconds> timeout) {
        std::vector<pollfd> ends;
        for (const pool_worker& worker : workers_) {
            ends.push_back({worker.stream.socket(), worker.stream.events(), 0});
            ends.push_back({worker.child.pidfd(), POLLIN, 0});
        }
        if (!wait_for(ends, timeout))
            return;
        // From the end, because those that have died leave the list.
        for (std::size_t i = workers_.size(); i-- > 0;)
            if (ends[2 * i].revents != 0 || ends[2 * i + 1].revents != 0)
                receive(i, ends[2 * i + 1].revents != 0);
    }

    // Reads and writes what can be. Of a dead worker reads all that it has
    // said: its last answers count.
    void receive(std::size_t i, bool dead) {
        pool_worker& worker = workers_[i];
        std::string why;
        try {
            std::optional<std::size_t> got;
            do {
                got = worker.stream.receive();
                while (const auto message = worker.stream.next())
                    take_answer(worker, *message);
            } while (dead && got && *got > 0);
            dead = dead || !got;
        } catch (const std::exception& error) { // it cannot be understood
            why = error.what();
            dead = true;
        }
        if (dead)
            reap(i, why);
        else
            worker.stream.flush();
    }

    void take_answer(pool_worker& worker, std::string_view message) {
        if (worker.sent.empty())
            throw std::runtime_error("an answer that nobody asked for");
        const pool_job& job = worker.sent.front();
        std::vector<outcome> all(job.tasks); // none, if one cannot be read
        for (std::size_t i = 0; i < job.tasks; ++i) {
            all[i].task = job.first + i;
            if (from_wire<char>(message) == 'r')
                all[i].result = from_wire<Result>(message);
            else
                all[i].error = from_wire<std::string>(message);
        }
        worker.sent.pop_front();
        for (outcome& one : all)
            finish(std::move(one));
        if (used_up(worker) && worker.sent.empty())
            worker.retire();
    }

    // Takes a worker that is dead, or of no use (`why`), off the list; the next
    // give_out() replaces it. Its jobs wait again, or have failed.
    void reap(std::size_t i, std::string why) {
        pool_worker dead = std::move(workers_[i]);
        workers_.erase(workers_.begin() + static_cast<std::ptrdiff_t>(i));
        dead.stop(options_.end_signal);
        dead.child.end();
        if (why.empty())
            why = dead.child.how_it_ended();
        // From the back, for each goes to the front of those that wait.
        for (; !dead.sent.empty(); dead.sent.pop_back()) {
            if (dead.sent.back().tried < options_.attempts)
                try_again(dead.sent.back());
            else
                fail(dead.sent.back(), why);
        }
    }

    // One of several tasks may have been the cause of a death: from now on
    // each travels by itself, so that the others survive it.
    void try_again(const pool_job& job) {
        std::string_view message = job.message;
        const auto tasks = from_wire<std::vector<Task>>(message);
        for (std::size_t i = tasks.size(); i-- > 0;) {
            pool_job one = job_of(job.first + i, &tasks[i], 1);
            one.tried = job.tried;
            one.alone = true;
            waiting_.push_front(std::move(one));
        }
    }

    const std::function<Result(const Task&)> work_;
    const pool_options options_;
    std::vector<pool_worker> workers_;
    std::deque<pool_job> waiting_;          // for a worker
    std::deque<outcome> ended_;             // in this order, and not taken
    std::function<bool(outcome&)> collect_; // takes them in, during a map()
    std::uint64_t next_number_ = 0, unfinished_ = 0;
    std::int64_t started_ = 0;
    bool closed_ = false;
};
