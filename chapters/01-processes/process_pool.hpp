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
#include "crew.hpp"
#include "messages.hpp"

#include <unordered_map>

template<wire_type Task, wire_type Result>
class process_pool {
  public:
    using milliseconds = std::chrono::milliseconds;
    using outcome = ::outcome<Result>;
    // `work` runs in the workers, which get it by fork: with all it captures,
    // as it is now. Throws invalid_argument, or system_error if a worker
    // cannot be started. The destructor ends them; what is unfinished is lost.
    explicit process_pool(std::function<Result(const Task&)> work,
                          const pool_options& options = {})
        : crew_(options) {
        crew_.serve = [work = std::move(work),
                       initializer = options.initializer](int socket) {
            serve_tasks<Task, Result>(socket, work, initializer);
        };
        crew_.answered = [this](const job& of, std::string_view message) {
            // A bad message throws before any outcome is taken.
            auto all = outcomes_in<Result>(message, of.first, of.tasks);
            for (outcome& one : all)
                finish(std::move(one));
        };
        crew_.lost = [this](job back, const std::string& why, bool again) {
            take_back(std::move(back), why, again);
        };
        crew_.fill_up();
    }

    // Accepts a task, starts it if a worker is idle, and returns its number.
    // Throws logic_error on a closed pool, length_error if it is too long.
    std::uint64_t submit(const Task& task) {
        crew_.look(milliseconds(0)); // who has died while idle?
        accept(job_of(next_number_, &task, 1));
        crew_.give_out();
        return next_number_ - 1;
    }

    // The next outcome, in the order in which tasks end. Empty after
    // `timeout`, and when nothing is left to wait for.
    std::optional<outcome> next(std::optional<milliseconds> timeout = {}) {
        wait_until([this] { return !order_.empty(); }, timeout);
        return order_.empty() ? std::nullopt : take(order_.front());
    }

    // Waits for the outcome of `task`; empty after `timeout`, which may be 0
    // to ask only. Throws out_of_range when all have ended and it is not there.
    std::optional<outcome> get(std::uint64_t task,
                               std::optional<milliseconds> timeout = {}) {
        wait_until([&] { return ended_.contains(task); }, timeout);
        auto taken = take(task);
        if (!taken && unfinished_ == 0)
            throw std::out_of_range(fmt::format("no outcome of {}", task));
        return taken;
    }

    // The results in the order of the tasks, which travel `chunk` at a time
    // (from 1). Throws the first task's error, when all have ended.
    std::vector<Result> map(const std::vector<Task>& tasks,
                            std::size_t chunk = 1) {
        if (chunk == 0)
            throw std::invalid_argument("a chunk has at least one task");
        crew_.look(milliseconds(0)); // as in submit()
        std::deque<job> jobs;        // all are accepted, or none
        const std::uint64_t first = next_number_;
        for (std::size_t from = 0; from < tasks.size(); from += chunk)
            jobs.push_back(job_of(first + from, &tasks[from],
                                  std::min(chunk, tasks.size() - from)));
        for (job& one : jobs)
            accept(std::move(one));
        std::vector<Result> results(tasks.size());
        std::optional<outcome> failed;
        std::size_t missing = tasks.size();
        wait_until([&] { return missing == 0; }, {},
                   [&](outcome& one) {
                       if (one.task < first) // of an earlier submit()
                           return false;
                       --missing;
                       if (one.result)
                           results[one.task - first] = std::move(*one.result);
                       else if (!failed || one.task < failed->task)
                           failed = std::move(one);
                       return true;
                   });
        if (failed)
            failed->value(); // throws
        return results;
    }

    // Accepts no more, and ends the workers when all is done.
    void close() {
        closed_ = true;
        wait_until([] { return false; }, {});
        crew_.end(false);
    }
    // Ends the workers now. What is unfinished ends with an error.
    void terminate() {
        closed_ = true;
        crew_.end(true);
        for (; !crew_.waiting.empty(); crew_.waiting.pop_front())
            fail(crew_.waiting.front(), "the pool was terminated");
    }

    std::vector<pid_t> pids() const { return crew_.pids(); }
    // Workers so far, those of the beginning and replacements.
    std::int64_t started() const { return crew_.started(); }

  private:
    static job job_of(std::uint64_t first, const Task* all, std::size_t n) {
        return {first, n, message_of(first, all, n)};
    }
    void accept(job all) {
        if (closed_)
            throw std::logic_error("this pool is closed");
        next_number_ += all.tasks;
        unfinished_ += all.tasks;
        crew_.waiting.push_back(std::move(all));
    }

    // A job whose worker died. One of several tasks may have been the cause:
    // from now on each travels by itself, so that the others survive it.
    void take_back(job back, const std::string& why, bool again) {
        if (!again)
            return fail(back, why);
        if (back.tasks == 1)
            return crew_.waiting.push_front(std::move(back));
        std::string_view message = back.message;
        from_wire<std::uint64_t>(message); // its number, which we know
        const auto tasks = from_wire<std::vector<Task>>(message);
        for (std::size_t i = tasks.size(); i-- > 0;) {
            job one = job_of(back.first + i, &tasks[i], 1);
            one.tried = back.tried;
            one.alone = true;
            crew_.waiting.push_front(std::move(one));
        }
    }

    void fail(const job& all, const std::string& why) {
        for (std::uint64_t i = 0; i < all.tasks; ++i)
            finish({all.first + i, {}, why});
    }
    void finish(outcome one) {
        --unfinished_;
        if (!one.result)
            one.error = fmt::format("task {}: {}", one.task, one.error);
        if (collect_ && collect_(one))
            return;
        order_.push_back(one.task);
        ended_.emplace(one.task, std::move(one));
    }

    std::optional<outcome> take(std::uint64_t task) {
        auto node = ended_.extract(task);
        while (!order_.empty() && !ended_.contains(order_.front()))
            order_.pop_front();
        return node.empty() ? std::nullopt
                            : std::optional(std::move(node.mapped()));
    }

    // Works until `there()`, or nothing is left to do, or time is over.
    // Outcomes that `collect` refuses are kept for others.
    template<class There>
    void wait_until(There there, std::optional<milliseconds> timeout,
                    std::function<bool(outcome&)> collect = {}) try {
        const stopwatch clock;
        auto left = timeout;
        collect_ = std::move(collect);
        while (!there() && unfinished_ > 0 && (!left || left->count() >= 0)) {
            crew_.pump(left);
            if (timeout) // -1 at the end, even if it was 0 from the beginning
                left = *timeout - milliseconds(1 + long(1e3 * clock.seconds()));
        }
        collect_ = nullptr;
    } catch (...) {
        collect_ = nullptr; // its variables are gone
        throw;
    }

    crew crew_;
    std::unordered_map<std::uint64_t, outcome> ended_; // and not taken
    std::deque<std::uint64_t> order_;                  // in which they ended
    std::function<bool(outcome&)> collect_;            // see map()
    std::uint64_t next_number_ = 0, unfinished_ = 0;
    bool closed_ = false;
};
