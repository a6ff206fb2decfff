// The workers of a pool, their lives and deaths. This half of the pool knows
// nothing of tasks: it sends jobs, which are bytes, and gets bytes back.
#pragma once

#include "worker.hpp"

class crew {
  public:
    using milliseconds = std::chrono::milliseconds;

    // Set these before fill_up(). serve(socket) runs in each worker.
    // answered(job, message) takes a worker's answer, and throws if it is
    // none. lost(job, why, again) takes back a job that nobody answered: to
    // put it into `waiting` again, or to give up.
    std::function<void(int)> serve;
    std::function<void(const job&, std::string_view)> answered;
    std::function<void(job, const std::string& why, bool again)> lost;

    std::deque<job> waiting; // for a worker

    explicit crew(pool_options options) : options_(std::move(options)) {
        options_.check();
    }
    crew(const crew&) = delete;
    crew& operator=(const crew&) = delete;

    // Throws system_error if there are fewer workers than there should be.
    void fill_up() {
        while (workers_.size() < std::size_t(options_.workers)) {
            workers_.emplace_back(serve);
            ++started_;
        }
    }

    // Replaces the dead, and gives each worker as much as it may have.
    void give_out() {
        std::string why = broken_;
        try {
            if (why.empty() && !ended_)
                fill_up();
        } catch (const std::system_error& error) {
            if (workers_.empty()) // otherwise those that live do the work
                why = std::string("no worker: ") + error.what();
        }
        while (!why.empty() && !waiting.empty())
            lost(take_first(), why, false);
        for (bool gave = true; std::exchange(gave, false);) {
            for (worker& w : workers_) // one for each, then another for each
                if (!waiting.empty() && w.may_have(waiting.front(), options_)) {
                    w.give(take_first(), options_);
                    gave = true;
                }
        }
        for (worker& w : workers_)
            w.out.flush(w.socket()); // if it is dead, look() will see it
    }

    // Brings everything forward: waits until something happens, for `timeout`
    // at most, and does what is to be done then.
    void pump(std::optional<milliseconds> timeout) {
        give_out();
        if (std::any_of(workers_.begin(), workers_.end(),
                        [](const worker& w) { return !w.sent.empty(); })
            || !waiting.empty())
            look(timeout);
        give_out(); // so that they work while the caller does
    }

    // Waits for answers and deaths, for `timeout` at most. poll() is the only
    // place where the parent waits: if it waited for a worker to read, and
    // the worker for the parent to read, each with a long message to send,
    // both would wait for ever.
    void look(std::optional<milliseconds> timeout) {
        std::vector<pollfd> ends;
        for (const worker& w : workers_) {
            const int events = w.out.empty() ? POLLIN : POLLIN | POLLOUT;
            ends.push_back({w.socket(), static_cast<short>(events), 0});
            ends.push_back({w.end(), POLLIN, 0});
            if (const auto left = w.time_left(options_))
                timeout = std::min(timeout.value_or(*left), *left);
        }
        if (::poll(ends.data(), ends.size(), poll_timeout(timeout)) == -1) {
            if (errno != EINTR)
                throw_errno("poll");
            throw_if_stopped();
            return;
        }
        // From the end, because those that have died leave the list.
        for (std::size_t i = workers_.size(); i-- > 0;) {
            const bool dead = ends[2 * i + 1].revents != 0;
            if (dead || ends[2 * i].revents != 0)
                attend(i, dead);
            else if (workers_[i].time_left(options_) == milliseconds(0))
                bury(i, fmt::format("took longer than {} ms",
                                    options_.timeout.count()));
        }
    }

    // Ends all workers: now, or as soon as they have nothing left to do.
    // What they have not answered waits again.
    void end(bool now) {
        ended_ = true;
        for (worker& w : workers_)
            w.retire();
        for (worker& w : workers_) {
            w.bury(now);
            std::move(w.sent.begin(), w.sent.end(),
                      std::back_inserter(waiting));
        }
        workers_.clear();
    }

    std::int64_t started() const { return started_; }
    std::vector<pid_t> pids() const {
        std::vector<pid_t> all;
        for (const worker& w : workers_)
            all.push_back(w.pid());
        return all;
    }

  private:
    job take_first() {
        job first = std::move(waiting.front());
        waiting.pop_front();
        return first;
    }

    // Reads and writes what can be. Of a dead worker reads all that it has
    // said: its last answers count.
    void attend(std::size_t i, bool dead) {
        worker& w = workers_[i];
        std::string why;
        try {
            for (;;) {
                const auto got = w.in.receive(w.socket());
                while (const auto message = w.in.next())
                    take_answer(w, *message);
                dead = dead || !got;
                if (!dead || !got || *got == 0)
                    break;
            }
        } catch (const std::exception& error) { // speaks another language
            why = error.what();
            dead = true;
        }
        if (dead)
            bury(i, why);
        else
            w.out.flush(w.socket());
    }

    void take_answer(worker& w, std::string_view message) {
        if (!w.ready) {
            w.ready = true;
            w.since = worker::clock::now();
            failed_starts_ = 0;
            if (!message.empty())
                broken_ = fmt::format("the initializer: {}", message);
            return;
        }
        if (w.sent.empty())
            throw std::runtime_error("an answer that nobody asked for");
        answered(w.sent.front(), message);
        w.sent.pop_front();
        w.since = worker::clock::now();
        if (w.retired && w.sent.empty())
            w.retire();
    }

    // Takes a worker that is dead, or as good as dead, out of the crew. The
    // next give_out() replaces it.
    void bury(std::size_t i, std::string why) {
        worker dead = std::move(workers_[i]);
        workers_.erase(workers_.begin() + static_cast<std::ptrdiff_t>(i));
        const std::string how = dead.bury(true);
        // All that it said has been read, unless there is a `why`.
        const bool never_began = why.empty() && !dead.ready;
        if (why.empty())
            why = how;
        // Workers that die before they begin would be replaced for ever.
        if (never_began && ++failed_starts_ == most_failed_starts)
            broken_ = "no worker starts: " + why;
        for (; !dead.sent.empty(); dead.sent.pop_back()) {
            job& last = dead.sent.back(); // first job to the front, at last
            last.tried -= never_began;
            last.alone = true;
            const bool again = last.tried < options_.attempts;
            lost(std::move(last), why, again);
        }
    }

    static constexpr int most_failed_starts = 20; // in a row
    pool_options options_;
    std::vector<worker> workers_;
    std::int64_t started_ = 0;
    int failed_starts_ = 0;
    bool ended_ = false;
    std::string broken_; // why there are no more workers
};
