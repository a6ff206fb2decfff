// A task of a thread_pool: a function, and the place for its result.
//
// Whoever needs the result first runs the function: a thread of the pool, or
// the one that calls get(). A flag sees to it that only one does.
#pragma once

#include <atomic>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <stdexcept>
#include <type_traits>
#include <utility>

// Thrown by get() if the pool was stopped before the task began.
struct task_cancelled : std::runtime_error {
    task_cancelled() : std::runtime_error("cancelled: the pool was stopped") {}
};

// What the pool's queue knows of a task.
class pool_task {
  public:
    virtual ~pool_task() = default;
    void run() { // unless somebody has begun it
        if (begin())
            end(true);
    }
    void cancel() { // the same
        if (begin())
            end(false);
    }
    bool ended() const { return state_ == state::ended; }

  protected:
    // Keeps what the function returns or throws, or task_cancelled.
    virtual void compute(bool wanted) noexcept = 0;

    //> begin
    void run_or_wait() {
        run();
        for (state now = state_; now != state::ended; now = state_)
            state_.wait(now);
    }

  private:
    enum class state : std::int32_t { waits, runs, ended };

    bool begin() { // true for one caller
        state expected = state::waits;
        return state_.compare_exchange_strong(expected, state::runs);
    }
    //< begin
    void end(bool wanted) {
        compute(wanted);
        state_ = state::ended; // who sees this sees the result too
        state_.notify_all();
    }

    std::atomic<state> state_ = state::waits;
};

template<class Result>
class task_with : public pool_task {
  public:
    Result get() {
        run_or_wait();
        if (error_)
            std::rethrow_exception(std::exchange(error_, nullptr));
        if constexpr (!std::is_void_v<Result>)
            return std::move(*result_);
    }

  protected:
    // Written by the thread that has begun the task, read after it has ended.
    std::optional<std::conditional_t<std::is_void_v<Result>, bool, Result>>
        result_;
    std::exception_ptr error_;
};

template<class Function, class Result>
class task_from final : public task_with<Result> {
  public:
    explicit task_from(Function function) : function_(std::move(function)) {}

  private:
    void compute(bool wanted) noexcept override {
        try {
            if (!wanted)
                throw task_cancelled();
            if constexpr (std::is_void_v<Result>)
                (*function_)();
            else
                this->result_.emplace((*function_)());
        } catch (...) {
            this->error_ = std::current_exception();
        }
        function_.reset(); // and with it what it has captured
    }

    std::optional<Function> function_;
};

// The promise of a result. It may outlive the pool. To drop it neither waits
// for the task nor cancels it.
template<class Result>
class pool_future {
  public:
    explicit pool_future(std::shared_ptr<task_with<Result>> task)
        : task_(std::move(task)) {}
    pool_future(pool_future&&) noexcept = default; // so it is not copied
    pool_future& operator=(pool_future&&) noexcept = default;

    // Has the task ended? Or has get() taken the result already?
    bool ready() const { return task_ == nullptr || task_->ended(); }

    // Once: the result; or throws what the task threw, or task_cancelled.
    // A second time it throws std::logic_error.
    Result get() {
        if (task_ == nullptr)
            throw std::logic_error("pool_future: get() a second time");
        return std::exchange(task_, nullptr)->get();
    }

  private:
    std::shared_ptr<task_with<Result>> task_;
};
