#include "../thread_pool.hpp"

#include <fmt/core.h>

thread_pool::thread_pool(std::int64_t workers) : workers_(workers) {
    in_range("workers", workers, 1, most_workers);
    threads_.reserve(static_cast<std::size_t>(workers));
    try {
        for (std::int64_t i = 0; i < workers; ++i)
            threads_.emplace_back([this] { work(); });
    } catch (...) {
        tasks_.close(); // those that there are end, and are joined
        throw;
    }
}

thread_pool::~thread_pool() {
    try {
        stop();
    } catch (...) { // the kernel refuses to wake our threads
        std::terminate();
    }
}

void thread_pool::stop() {
    tasks_.close();
    while (const auto task = tasks_.get())
        task->cancel();
    const std::lock_guard lock(joining_);
    threads_.clear();
}

void thread_pool::shared_loop::wait() {
    for (std::int32_t now = at_work_; now != 0; now = at_work_)
        at_work_.wait(now);
    if (error_)
        std::rethrow_exception(std::exchange(error_, nullptr));
}

void thread_pool::in_range(const char* what, std::int64_t value,
                           std::int64_t least, std::int64_t most) {
    if (value < least || value > most)
        throw std::invalid_argument(
            fmt::format("thread_pool: {} {} is not from {} to {}", what, value,
                        least, most));
}
