// A fixed number of threads that take tasks from one queue.
//
//     thread_pool pool(4);
//     auto answer = pool.submit([] { return 6 * 7; });
//     answer.get();
//
// - submit() never waits: the queue has no limit.
// - Each task runs once or is cancelled; never both, never neither.
// - get() runs the task itself if no thread has begun it. So nobody waits for
//   a free thread, and a task may submit others and wait for them, even in a
//   pool of one thread. (Two tasks that wait for each other wait for ever; and
//   so does who calls get() with a lock that the task takes.)
// - stop(), and the destructor, cancel the tasks that nobody has begun, and
//   return when the pool's threads have ended those that they run: how long
//   that takes is up to the tasks.
//
// Source: Williams, "C++ Concurrency in Action", 2nd ed., chapter 9, where a
// waiting thread runs any other task. Running only the one that it waits for
// cannot bury it under a stranger.
#pragma once

#include "common/workers.hpp"
#include "pool_task.hpp"
#include "task_queue.hpp"

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <exception>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

class thread_pool {
  public:
    static constexpr std::int64_t most_workers = 1024;

    // Throws std::invalid_argument for a number of workers that is not from 1
    // to most_workers, std::system_error if the system gives no thread.
    explicit thread_pool(std::int64_t workers = std::min(default_workers(),
                                                         most_workers));
    ~thread_pool();
    thread_pool(const thread_pool&) = delete;
    thread_pool& operator=(const thread_pool&) = delete;

    std::int64_t workers() const { return workers_; }

    // Throws std::logic_error after stop(); the function does not run then.
    template<class Function>
    auto submit(Function function) {
        using result = std::invoke_result_t<Function&>;
        auto task =
            std::make_shared<task_from<Function, result>>(std::move(function));
        pool_future<result> future(task);
        if (!tasks_.put(std::move(task)))
            throw std::logic_error("thread_pool: submit after stop");
        return future;
    }

    // Calls body(i) once for each i from 0 to count - 1. Threads of the pool
    // and the caller take `chunk` numbers at a time until none is left. When
    // a body throws, no more chunks begin, and the first exception comes out
    // here. May be called inside a task.
    // Source: OpenMP's schedule(dynamic, chunk).
    template<class Body>
    void parallel_for(std::int64_t count, std::int64_t chunk,
                      const Body& body) {
        in_range("count", count, 0, std::int64_t{1} << 50);
        in_range("chunk", chunk, 1, std::int64_t{1} << 50);
        const auto loop = std::make_shared<shared_loop>(count, chunk);
        try {
            for (auto i = loop->helpers(workers_); i > 0; --i)
                submit([loop, &body] { loop->take_part(body); });
        } catch (...) { // stopped, or no memory: we do without them
        }
        loop->take_part(body);
        loop->wait();
    }

    // The chunk with which parallel_for gives each worker one equal part:
    // OpenMP's schedule(static).
    std::int64_t equal_parts(std::int64_t count) const {
        return std::max<std::int64_t>(1, (count + workers_ - 1) / workers_);
    }

    // May be called by any thread that is none of the pool's, and repeatedly.
    void stop();

  private:
    // Outlives the call of parallel_for: a pool that is busy may come to help
    // when all is done. `body` does not exist then, but it is only called
    // with a number, and there is none left.
    class shared_loop {
      public:
        shared_loop(std::int64_t count, std::int64_t chunk)
            : count_(count), chunk_(std::min(chunk, count)) {}

        // As many as there is work for, beside the caller.
        std::int64_t helpers(std::int64_t workers) const {
            return count_ == 0 ? 0
                               : std::min(workers - 1, (count_ - 1) / chunk_);
        }

        template<class Body>
        void take_part(const Body& body) {
            ++at_work_; // before looking for work: see wait()
            try {
                for (;;) {
                    const std::int64_t first = next_.fetch_add(chunk_);
                    if (first >= count_)
                        break;
                    const auto end = std::min(first + chunk_, count_);
                    for (std::int64_t i = first; i < end; ++i)
                        body(i);
                }
            } catch (...) {
                next_ = count_;
                const std::lock_guard lock(mutex_);
                if (!error_)
                    error_ = std::current_exception();
            }
            --at_work_;
            at_work_.notify_all();
        }

        // Called when no number is left: who is not at work by now will find
        // none.
        void wait();

      private:
        const std::int64_t count_, chunk_;
        std::atomic<std::int64_t> next_ = 0;
        std::atomic<std::int32_t> at_work_ = 0;
        std::mutex mutex_;
        std::exception_ptr error_;
    };

    static void in_range(const char* what, std::int64_t value,
                         std::int64_t least, std::int64_t most);

    //> work
    void work() {
        while (const auto task = tasks_.get())
            task->run();
    }
    //< work

    task_queue<std::shared_ptr<pool_task>> tasks_;
    const std::int64_t workers_;
    std::mutex joining_;
    std::vector<std::jthread> threads_; // last: joined before the others go
};
