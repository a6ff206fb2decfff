// The workers of a process_pool, and the jobs that go to them. Here a job is
// bytes: what is in it, and in its answer, the pool knows.
#pragma once

#include "common/workers.hpp"
#include "worker.hpp"

#include <chrono>
#include <csignal>
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

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

// A job goes from accept() to a worker (give_out) and comes back as an answer
// (receive); or its worker dies (reap), and it waits again.
class pool_workers {
  public:
    // Accepts no more, and ends the workers when all is done.
    void close();
    // Ends the workers now. What is unfinished ends with an error.
    void terminate();

    std::vector<pid_t> pids() const;
    // Workers so far, with those that have replaced others.
    std::int64_t started() const { return started_; }

  protected:
    using milliseconds = std::chrono::milliseconds;

    // Each worker runs serve(its end of a stream).
    pool_workers(pool_options options,
                 std::function<void(message_stream&)> serve);
    pool_workers(const pool_workers&) = delete;
    // Ends the workers now; what is unfinished is lost.
    virtual ~pool_workers();

    // Of the pool. An answer that cannot be read throws, and ends no task.
    virtual void take_answer(const pool_job& job, std::string_view answer) = 0;
    virtual void fail(const pool_job& job, const std::string& why) = 0;
    virtual std::vector<pool_job> one_by_one(const pool_job& job) const = 0;

    // Throws logic_error after close().
    void accept(pool_job job);
    // Works until `there()`, or nothing is left to do, or time is over.
    void work_until(const std::function<bool()>& there,
                    std::optional<milliseconds> timeout);
    void supervise(std::optional<milliseconds> timeout);
    void give_out();

    std::uint64_t next_number_ = 0, unfinished_ = 0; // tasks

  private:
    void start_workers();
    bool used_up(const pool_worker& worker) const;
    bool may_have(const pool_worker& worker, const pool_job& next) const;
    void receive(std::size_t i, bool dead);
    void reap(std::size_t i, std::string why);

    const pool_options options_;
    const std::function<void(message_stream&)> serve_;
    std::vector<pool_worker> workers_;
    std::deque<pool_job> waiting_; // for a worker
    std::int64_t started_ = 0;
    bool closed_ = false;
};
