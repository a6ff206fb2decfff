// refcount_race: broken on purpose. Threads count references in a plain number,
// with no lock: objects that live for ever, or go while they are in use.
//
//     build/bin/refcount_race --workers 2
#include "refcount.hpp"

class counted {
  public:
    //> count
    void take() { ++count_; }
    void drop() { --count_; }
    //< count
    std::int64_t count() const { return count_; }

  private:
    std::int64_t count_ = 1;
};

int main(int argc, char** argv) try {
    const refcount_job job =
        parse_refcount_job(argc, argv, "refcount_race",
                           "Counts references, with no lock; broken.");
    return finish_broken(count_references<counted>(job, no_lock),
                         job.workers + 1);
} catch (...) {
    return failed("refcount_race");
}
