#include "../pool_workers.hpp"

#include "common/check.hpp"
#include "common/stopwatch.hpp"

#include <stdexcept>
#include <utility>

pool_workers::pool_workers(pool_options options,
                           std::function<void(message_stream&)> serve)
    : options_(std::move(options)), serve_(std::move(serve)) {
    if (options_.workers < 1 || options_.workers > 1024 || options_.attempts < 1
        || options_.prefetch < 1)
        throw std::invalid_argument("a pool wants 1 to 1024 workers, "
                                    "attempts and prefetch from 1");
    start_workers();
}

pool_workers::~pool_workers() {
    for (pool_worker& worker : workers_) // all, before we wait for one
        worker.stop(options_.end_signal);
}

void pool_workers::close() {
    closed_ = true;
    work_until([] { return false; }, {});
    for (pool_worker& worker : workers_)
        worker.retire();
    for (pool_worker& worker : workers_)
        worker.child.join();
    workers_.clear();
}

void pool_workers::terminate() {
    closed_ = true;
    for (pool_worker& worker : workers_) {
        worker.stop(options_.end_signal);
        for (pool_job& job : worker.sent)
            waiting_.push_back(std::move(job));
    }
    workers_.clear(); // waits
    for (; !waiting_.empty(); waiting_.pop_front())
        fail(waiting_.front(), "the pool was terminated");
}

std::vector<pid_t> pool_workers::pids() const {
    std::vector<pid_t> all;
    for (const pool_worker& worker : workers_)
        all.push_back(worker.child.pid());
    return all;
}

void pool_workers::accept(pool_job job) {
    if (closed_)
        throw std::logic_error("this pool is closed");
    const std::size_t tasks = job.tasks;
    waiting_.push_back(std::move(job)); // or throws, and nothing happened
    next_number_ += tasks;
    unfinished_ += tasks;
}

void pool_workers::work_until(const std::function<bool()>& there,
                              std::optional<milliseconds> timeout) {
    const stopwatch clock;
    auto left = timeout;
    while (!there() && unfinished_ > 0 && (!left || left->count() >= 0)) {
        give_out();
        if (unfinished_ > 0) // else there was no worker to be had
            supervise(left);
        give_out();  // so that they work while the caller does
        if (timeout) // -1 at the end, even if it was 0 from the beginning
            left = *timeout - milliseconds(1 + long(1e3 * clock.seconds()));
    }
}

void pool_workers::start_workers() {
    for (; std::ssize(workers_) < options_.workers; ++started_)
        workers_.emplace_back(serve_, options_.end_signal);
}

bool pool_workers::used_up(const pool_worker& worker) const {
    return options_.max_tasks_per_child > 0
           && worker.given >= options_.max_tasks_per_child;
}

bool pool_workers::may_have(const pool_worker& worker,
                            const pool_job& next) const {
    return !used_up(worker)
           && (worker.sent.empty()
               || (!next.alone && !worker.sent.back().alone
                   && std::ssize(worker.sent) < options_.prefetch));
}

// Replaces the dead, and gives each worker as much as it may have.
void pool_workers::give_out() {
    std::string why;
    try {
        if (!waiting_.empty()) // the idle are replaced when needed
            start_workers();
    } catch (const std::system_error& error) {
        why = std::string("no worker: ") + error.what();
    } // those that live do the work, if any do
    for (; workers_.empty() && !waiting_.empty(); waiting_.pop_front())
        fail(waiting_.front(), why);
    for (bool gave = true; std::exchange(gave, false);) {
        for (pool_worker& worker : workers_) // one each, then another each
            if (!waiting_.empty() && may_have(worker, waiting_.front())) {
                pool_job& job =
                    worker.sent.emplace_back(std::move(waiting_.front()));
                waiting_.pop_front();
                worker.stream.add(job.message);
                worker.given += std::int64_t(job.tasks);
                ++job.tried;
                gave = true;
            }
    }
    for (pool_worker& worker : workers_)
        worker.stream.flush(); // dead? supervise() sees it
}

// Waits for answers and deaths. While tasks are unfinished the parent waits
// nowhere else: if it waited for a worker to read, and that for the parent,
// with a long message each, it would be for ever.
void pool_workers::supervise(std::optional<milliseconds> timeout) {
    std::vector<pollfd> ends;
    for (const pool_worker& worker : workers_) {
        ends.push_back({worker.stream.socket(), worker.stream.events(), 0});
        ends.push_back({worker.child.pidfd(), POLLIN, 0});
    }
    if (!wait_for(ends, timeout))
        return;
    // From the end, because those that have died leave the list.
    for (std::size_t i = workers_.size(); i-- > 0;)
        if (ends[2 * i].revents != 0 || ends[2 * i + 1].revents != 0)
            receive(i, ends[2 * i + 1].revents != 0);
}

// Reads and writes what can be. Of a dead worker reads all that it has
// said: its last answers count.
void pool_workers::receive(std::size_t i, bool dead) {
    pool_worker& worker = workers_[i];
    std::string why;
    try {
        std::optional<std::size_t> got;
        do {
            got = worker.stream.receive();
            while (const auto message = worker.stream.next()) {
                if (worker.sent.empty())
                    throw std::runtime_error("an answer that nobody asked for");
                take_answer(worker.sent.front(), *message);
                worker.sent.pop_front();
            }
        } while (dead && got && *got > 0);
        dead = dead || !got;
    } catch (const std::exception& error) { // it cannot be understood
        why = error.what();
        dead = true;
    }
    if (dead)
        return reap(i, why);
    if (used_up(worker) && worker.sent.empty())
        worker.retire();
    worker.stream.flush();
}

// Takes a worker that is dead, or of no use (`why`), off the list; the next
// give_out() replaces it. Its jobs wait again, or have failed.
void pool_workers::reap(std::size_t i, std::string why) {
    pool_worker dead = std::move(workers_[i]);
    workers_.erase(workers_.begin() + static_cast<std::ptrdiff_t>(i));
    dead.stop(options_.end_signal);
    dead.child.end();
    if (why.empty())
        why = dead.child.how_it_ended();
    // From the back, for each goes to the front of those that wait.
    for (; !dead.sent.empty(); dead.sent.pop_back()) {
        const pool_job& job = dead.sent.back();
        if (job.tried >= options_.attempts) {
            fail(job, why);
            continue;
        }
        // One of several tasks may have been the cause of the death: from now
        // on each travels by itself, so that the others survive it.
        std::vector<pool_job> tasks = one_by_one(job);
        for (std::size_t task = tasks.size(); task-- > 0;) {
            tasks[task].tried = job.tried;
            tasks[task].alone = true;
            waiting_.push_front(std::move(tasks[task]));
        }
    }
}
