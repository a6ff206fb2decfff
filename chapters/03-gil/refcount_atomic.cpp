// refcount_atomic: each step of each count is atomic. Right, without a lock.
//
//     build/bin/refcount_atomic --workers 2
#include "refcount.hpp"

#include <atomic>

class counted {
  public:
    counted() = default;
    counted& operator=(const counted& other) {
        count_ = other.count_.load();
        return *this;
    }
    void take() { count_.fetch_add(1, std::memory_order_relaxed); }
    void drop() { count_.fetch_sub(1, std::memory_order_acq_rel); }
    std::int64_t count() const { return count_; }

  private:
    std::atomic<std::int64_t> count_ = 1;
};

int main(int argc, char** argv) try {
    const refcount_job job = parse_refcount_job(
        argc, argv, "refcount_atomic", "Counts references, atomically.");
    return finish(count_references<counted>(job, no_lock), job.workers + 1);
} catch (...) {
    return failed("refcount_atomic");
}
