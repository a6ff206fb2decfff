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

#include "pool_workers.hpp"

#include <fmt/core.h>

#include <algorithm>

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
class process_pool : public pool_workers {
  public:
    using pool_workers::milliseconds;
    using outcome = task_outcome<Result>;
    // `work` runs in the workers, which get it by fork: with all it captures,
    // as it is now. Throws invalid_argument, or system_error if a worker
    // cannot be started.
    explicit process_pool(std::function<Result(const Task&)> work,
                          pool_options options = {})
        : pool_workers(options,
                       [work = std::move(work),
                        first = options.initializer](message_stream& parent) {
                           serve_tasks<Task, Result>(parent, work, first);
                       }) {}

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
            // (Not `one.task <`: with task.hpp that begins a template's name.)
            if (first > one.task) // of an earlier submit()
                return false;
            --missing;
            if (one.result)
                results[one.task - first] = std::move(*one.result);
            else if (!failed || failed->task > one.task)
                failed = std::move(one);
            return true;
        };
        try {
            work_until([&] { return missing == 0; }, {});
        } catch (...) {
            collect_ = nullptr; // its variables are gone
            throw;
        }
        collect_ = nullptr;
        if (failed)
            failed->value(); // throws
        return results;
    }

  private:
    static pool_job job_of(std::uint64_t first, const Task* tasks,
                           std::size_t count) {
        pool_job job{first, count, {}};
        put(job.message, std::uint64_t{count}); // as a vector: see wire.hpp
        for (std::size_t i = 0; i < count; ++i)
            put(job.message, tasks[i]);
        check_length(job.message.size());
        return job;
    }

    void finish(outcome one) noexcept {
        --unfinished_;
        if (!one.result)
            one.error = fmt::format("task {}: {}", one.task, one.error);
        if (!collect_ || !collect_(one))
            ended_.push_back(std::move(one));
    }
    void fail(const pool_job& job, const std::string& why) override {
        for (std::uint64_t i = job.first; i < job.first + job.tasks; ++i)
            finish({i, {}, why});
    }
    void take_answer(const pool_job& job, std::string_view answer) override {
        std::vector<outcome> all(job.tasks); // none, if one cannot be read
        for (std::size_t i = 0; i < job.tasks; ++i) {
            all[i].task = job.first + i;
            if (from_wire<char>(answer) == 'r')
                all[i].result = from_wire<Result>(answer);
            else
                all[i].error = from_wire<std::string>(answer);
        }
        for (outcome& one : all)
            finish(std::move(one));
    }
    std::vector<pool_job> one_by_one(const pool_job& job) const override {
        std::string_view message = job.message;
        const auto tasks = from_wire<std::vector<Task>>(message);
        std::vector<pool_job> jobs;
        for (std::size_t i = 0; i < tasks.size(); ++i)
            jobs.push_back(job_of(job.first + i, &tasks[i], 1));
        return jobs;
    }

    std::deque<outcome> ended_;             // in this order, and not taken
    std::function<bool(outcome&)> collect_; // takes them in, during a map()
};
