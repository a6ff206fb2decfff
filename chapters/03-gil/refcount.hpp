// Objects that count their references, and threads that take and drop them, as
// an interpreter does at nearly every instruction.
#pragma once

#include "common/check.hpp"
#include "common/cli.hpp"
#include "common/stopwatch.hpp"
#include "common/workers.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <thread>
#include <vector>

struct refcount_job {
    std::int64_t workers = default_workers(), references = 10'000'000;
    std::int64_t shared_percent = 10;
};

inline refcount_job parse_refcount_job(int argc, char** argv,
                                       const char* program, const char* what) {
    refcount_job job;
    cli(program, what)
        .number("workers", job.workers, 1, 1024, "threads")
        .number("references", job.references, 1, 1'000'000'000,
                "taken and dropped by all together")
        .number("shared-percent", job.shared_percent, 0, 100,
                "of them to the one object that all know")
        .parse(argc, argv);
    fmt::print("{} references, {} % shared, workers: {}\n", job.references,
               job.shared_percent, job.workers);
    return job;
}

// Knows of no threads.
class plain_count {
  public:
    //> plain
    void take() { ++count_; }
    void drop() { --count_; }
    //< plain
    std::int64_t count() const { return count_; }

  private:
    std::int64_t count_ = 1;
};

// Each thread takes references to an object of its own and, now and then, to
// one of the first thread's, and drops them. Object has take(), drop()
// and count(), starts with one reference, and belongs to the thread that makes
// it. around(body) runs a piece of the work. Returns how many references there
// are at the end: one to each object.
template<class Object, class Around>
std::int64_t count_references(const refcount_job& job, const Around& around) {
    struct alignas(64) own_line {
        Object object;
    };
    own_line shared; // the main thread is the first of the workers
    std::deque<own_line> own(static_cast<std::size_t>(job.workers));
    const auto work = [&](std::int64_t w) {
        Object& mine = own[static_cast<std::size_t>(w)].object;
        mine = Object(); // now it is ours
        std::int64_t left = job.references * (w + 1) / job.workers
                            - job.references * w / job.workers;
        while (left > 0)
            around([&] {
                // As a list of a hundred that is filled and emptied.
                for (int list = 0; list < 1000 && left > 0; ++list) {
                    const auto length = std::min<std::int64_t>(100, left);
                    const auto object = [&](std::int64_t i) -> Object& {
                        return i < job.shared_percent ? shared.object : mine;
                    };
                    for (std::int64_t i = 0; i < length; ++i) {
                        object(i).take();
                        asm volatile("" ::: "memory"); // each by itself
                    }
                    for (std::int64_t i = 0; i < length; ++i) {
                        object(i).drop();
                        asm volatile("" ::: "memory");
                    }
                    left -= length;
                }
            });
    };
    const stopwatch clock;
    std::vector<std::jthread> others;
    others.reserve(static_cast<std::size_t>(job.workers));
    for (std::int64_t w = 1; w < job.workers; ++w)
        others.emplace_back(work, w);
    work(0);
    others.clear(); // joins all
    fmt::print("reference_ns: {:.2f}\n",
               1e9 * clock.seconds() / double(job.references));
    std::int64_t count = shared.object.count();
    for (const own_line& line : own)
        count += line.object.count();
    return count;
}

inline const auto no_lock = [](const auto& body) { body(); };
