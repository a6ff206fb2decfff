// Threads, cores and a scheduler as arithmetic, for gil_model.hpp: a clock made
// of numbers, which jumps from one moment at which something happens to the
// next. The same input gives the same output on any machine, to the nanosecond,
// and 16 cores cost nothing.
//
// What it knows: a core runs one thread at a time, until that sleeps or its
// turn is over and another one is ready; those that are ready stand in one
// queue; a thread that is woken up is ready a while later, between half and one
// and a half times the usual, by a generator with a fixed seed. What it leaves
// out: caches, priorities, and that looking at the clock needs a core.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <limits>
#include <vector>

// All times in nanoseconds.
struct model_machine {
    std::int64_t cores = 2;
    std::int64_t turn = 10'000'000; // of a thread, if another one is ready
    std::int64_t wake = 4'000;      // from being woken up to being ready
};

// A thread computes for `total`. After each `burst` of that it is elsewhere for
// `away`; a burst of 0 means never.
struct model_work {
    std::int64_t total = 0, burst = 0, away = 0;
};

class model_scheduler {
  protected:
    static constexpr auto never = std::numeric_limits<std::int64_t>::max();

    // `wants` and `computes` need a core. `waits` sleeps until a lock is
    // released, `gives` until another has taken it, `away` for its own time.
    enum class state { wants, computes, waits, gives, away };
    struct thread {
        model_work work;
        std::int64_t total_left = work.total, burst_left = burst_of(work);
        state is = state::wants;
        std::int64_t step = 0, step_left = 0; // of what it does on a core
        std::int64_t alarm = never;           // when it is woken up
        // For the lock:
        std::int64_t wants_since = never;
        std::int64_t handoffs_seen = 0;
        bool then_away = false; // after giving
        bool was_woken = false; // because the lock was released
    };
    struct core {
        thread* runs = nullptr;
        std::int64_t step_ends = 0, turn_ends = 0;
    };

    model_scheduler(const model_machine& machine,
                    const std::vector<model_work>& works)
        : machine_(machine), cores_(static_cast<std::size_t>(machine.cores)) {
        for (const model_work& work : works)
            threads_.push_back({.work = work});
    }
    ~model_scheduler() = default;

    static std::int64_t burst_of(const model_work& work) {
        return work.burst == 0 ? never : work.burst;
    }

    // Until nothing more happens. on_alarm(thread) is called for each that is
    // woken up, on_step_end(core) where a step is over; the latter must begin a
    // step there, or empty the core.
    template<class OnAlarm, class OnStepEnd>
    void go(const OnAlarm& on_alarm, const OnStepEnd& on_step_end) {
        for (thread& t : threads_)
            make_ready(t);
        for (fill_cores(); (now_ = next_moment()) != never; fill_cores()) {
            for (thread& t : threads_)
                if (t.alarm == now_) {
                    t.alarm = never;
                    on_alarm(t);
                }
            for (core& c : cores_)
                if (c.runs != nullptr && c.step_ends == now_)
                    on_step_end(c);
            for (core& c : cores_)
                if (c.runs != nullptr && c.turn_ends <= now_ && !ready_.empty())
                    make_ready(*leave(c));
        }
    }

    std::int64_t next_moment() const {
        std::int64_t next = never;
        for (const thread& t : threads_)
            next = std::min(next, t.alarm);
        for (const core& c : cores_)
            if (c.runs != nullptr) {
                next = std::min(next, c.step_ends);
                if (!ready_.empty())
                    next = std::min(next, std::max(now_, c.turn_ends));
            }
        return next;
    }
    void make_ready(thread& t) { ready_.push_back(&t); }
    void fill_cores() {
        for (core& c : cores_)
            if (c.runs == nullptr && !ready_.empty()) {
                c.runs = ready_.front();
                ready_.pop_front();
                c.turn_ends = now_ + machine_.turn;
                c.step_ends = now_ + c.runs->step_left;
            }
    }
    thread* leave(core& c) {
        thread* left = c.runs;
        left->step_left = c.step_ends - now_;
        c.runs = nullptr;
        return left;
    }
    void begin_step(core& c, state is, std::int64_t length) {
        c.runs->is = is;
        c.runs->step = length;
        c.step_ends = now_ + length;
    }
    void sleep(core& c, state is, std::int64_t alarm_at) {
        thread* t = leave(c);
        t->is = is;
        t->alarm = alarm_at;
    }
    void wake(thread& t) {
        t.is = state::wants;
        t.step_left = 0;
        t.alarm = now_ + waking();
    }
    std::int64_t waking() {
        random_ = random_ * 6364136223846793005U + 1442695040888963407U;
        return machine_.wake / 2
               + static_cast<std::int64_t>(
                   (random_ >> 33U)
                   % static_cast<std::uint64_t>(machine_.wake + 1));
    }

    const model_machine machine_;
    std::vector<thread> threads_; // never moved: others point to them
    std::vector<core> cores_;
    std::deque<thread*> ready_;
    std::int64_t now_ = 0;
    std::uint64_t random_ = 1;
};
