// refcount_biased: two counts in each object, a plain one for the thread that
// made it and an atomic one for all others. So does free-threaded CPython.
//
//     build/bin/refcount_biased --workers 2
#include "refcount.hpp"

#include <atomic>

class counted {
  public:
    counted() = default;
    // For a fresh object only.
    counted& operator=(const counted& other) {
        owner_ = other.owner_;
        return *this;
    }
    //> count
    void take() {
        if (owner_ == std::this_thread::get_id())
            ++of_owner_;
        else
            of_others_.fetch_add(1, std::memory_order_relaxed);
    }
    void drop() {
        if (owner_ == std::this_thread::get_id())
            --of_owner_;
        else
            of_others_.fetch_sub(1, std::memory_order_acq_rel);
    }
    //< count
    // Either may be negative: who drops a reference need not have taken it.
    // Call when no thread is at work.
    std::int64_t count() const { return of_owner_ + of_others_; }

  private:
    std::thread::id owner_ = std::this_thread::get_id();
    std::int64_t of_owner_ = 1;
    std::atomic<std::int64_t> of_others_ = 0;
};

int main(int argc, char** argv) try {
    const refcount_job job = parse_refcount_job(
        argc, argv, "refcount_biased", "Counts references, two counts each.");
    return finish(count_references<counted>(job, no_lock), job.workers + 1);
} catch (...) {
    return failed("refcount_biased");
}
