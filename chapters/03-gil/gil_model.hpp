// The old GIL and the new one as arithmetic, on the threads and cores of
// model_scheduler.hpp.
#pragma once

#include "model_scheduler.hpp"

#include <algorithm>
#include <cstdint>
#include <deque>
#include <vector>

enum class model_gil { old, timed, none };

// In nanoseconds. Those of the old lock are chosen so that 38.0 and 45.5 s come
// out where Beazley measured them, in test_gil.cpp.
struct model_costs {
    std::int64_t check = 2'700; // computing from one check to the next
    std::int64_t gap = 1'460;   // from letting go at a check to wanting it back
    std::int64_t notify = 830;  // more, if somebody sleeps and is woken up
    std::int64_t handoff = 1'500; // more, if another had the lock: cold caches
    std::int64_t interval = 5'000'000; // timed: until a waiter asks
    bool force_switching = true;       // timed: wait until another has it
};
struct model_outcome {
    std::int64_t elapsed = 0, checks = 0, notified = 0, futile = 0, asked = 0,
                 handoffs = 0, waited = 0, longest_wait = 0;
};

class gil_model : model_scheduler {
  public:
    gil_model(model_gil kind, const model_machine& machine,
              const model_costs& costs, const std::vector<model_work>& works)
        : model_scheduler(machine, works), kind_(kind), costs_(costs) {}

    // Until all threads are done. Once.
    model_outcome run() {
        go([this](thread& t) { alarm(t); },
           [this](core& c) { step_is_over(c); });
        return outcome_;
    }

  private:
    void alarm(thread& t) {
        if (t.is == state::waits) { // its time is over
            if (holder_ != nullptr && t.handoffs_seen == outcome_.handoffs)
                ask();
            wait_an_interval(t);
        } else {
            t.is = state::wants;
            make_ready(t);
        }
    }
    void wait_an_interval(thread& t) {
        t.handoffs_seen = outcome_.handoffs;
        if (kind_ == model_gil::timed)
            t.alarm = now_ + costs_.interval + waking();
    }
    // The holder will see it at its next check.
    void ask() {
        ++outcome_.asked;
        asked_for_ = true;
        if (holder_->is != state::computes)
            return;
        core* on = nullptr;
        for (core& c : cores_)
            if (c.runs == holder_)
                on = &c;
        const auto left =
            on != nullptr ? on->step_ends - now_ : holder_->step_left;
        const auto done = std::max<std::int64_t>(0, holder_->step - left);
        const auto work =
            std::min(holder_->step, (done / costs_.check + 1) * costs_.check);
        const auto new_left = left - (holder_->step - work);
        holder_->step = work;
        if (on != nullptr)
            on->step_ends = now_ + new_left;
        else
            holder_->step_left = new_left;
    }

    void step_is_over(core& c) {
        thread& t = *c.runs;
        if (t.is == state::wants)
            return try_to_take(c);
        t.total_left -= t.step;
        t.burst_left -= t.burst_left == never ? 0 : t.step;
        if (t.total_left == 0) {
            outcome_.elapsed = now_;
            release(t);
            leave(c);
        } else if (t.burst_left == 0) {
            t.burst_left = burst_of(t.work);
            let_go(c, true);
        } else {
            ++outcome_.checks;
            let_go(c, false);
        }
    }
    void let_go(core& c, bool for_away) {
        thread& t = *c.runs;
        const std::int64_t cost = release(t);
        t.wants_since = never;
        if (kind_ == model_gil::timed && asked_for_ && costs_.force_switching) {
            t.then_away = for_away;
            gives_ = &t;
            asked_for_ = false;
            sleep(c, state::gives, never);
        } else if (for_away) {
            sleep(c, state::away, now_ + t.work.away + waking());
        } else {
            begin_step(c, state::wants, costs_.gap + cost);
        }
    }
    // Returns what it costs to wake up a waiter, if there is one.
    std::int64_t release(thread& t) {
        if (holder_ == &t)
            holder_ = nullptr;
        if (waiters_.empty())
            return 0;
        ++outcome_.notified;
        waiters_.front()->was_woken = true;
        wake(*waiters_.front());
        waiters_.pop_front();
        return costs_.notify;
    }
    void try_to_take(core& c) {
        thread& t = *c.runs;
        if (t.wants_since == never)
            t.wants_since = now_;
        if (kind_ != model_gil::none && holder_ != nullptr) {
            outcome_.futile += t.was_woken;
            t.was_woken = false;
            waiters_.push_back(&t);
            sleep(c, state::waits, never);
            return wait_an_interval(t);
        }
        t.was_woken = false;
        holder_ = &t;
        asked_for_ = false;
        const bool other = last_ != nullptr && last_ != &t;
        outcome_.handoffs += other;
        last_ = &t;
        outcome_.waited += now_ - t.wants_since;
        outcome_.longest_wait =
            std::max(outcome_.longest_wait, now_ - t.wants_since);
        if (gives_ != nullptr && gives_ != &t) {
            wake(*gives_);
            if (gives_->then_away) {
                gives_->is = state::away;
                gives_->alarm += gives_->work.away;
            }
            gives_ = nullptr;
        }
        // Only the old lock stops at each check; the others when asked.
        begin_step(c, state::computes,
                   std::min({t.total_left, t.burst_left,
                             kind_ == model_gil::old ? costs_.check : never}));
        if (other && kind_ != model_gil::none)
            c.step_ends += costs_.handoff;
    }

    const model_gil kind_;
    const model_costs costs_;
    std::deque<thread*> waiters_; // asleep, first come first
    thread *holder_ = nullptr, *last_ = nullptr;
    thread* gives_ = nullptr; // waits until another has taken the lock
    bool asked_for_ = false;
    model_outcome outcome_;
};
