// A fixed number of sessions for any number of threads.
//
//     connection_pool pool(4);
//     auto db = pool.acquire(500ms); // back in the pool when `db` goes
//     db->run("SELECT 1");
//
// - Who comes first is served first.
// - acquire() returns or throws when its limit is over, whatever has become of
//   the server: busy, gone, or deaf. A limit of less than the three or four
//   round trips that connecting takes can only be kept by throwing.
// - A session that broke, or that comes back in the middle of a transaction or
//   a COPY, is closed. Who gets its place connects anew, and pauses between
//   attempts.
// - What else a user sets in a session (SET, prepared statements), the next
//   one finds there.
//
// Source: the pools of psycopg 3 and HikariCP, of which this is the core.
#pragma once

#include "postgres.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <random>
#include <stdexcept>
#include <thread>
#include <utility>
#include <vector>

// Pauses that grow, 10, 20, 40 ms ... and at most a second: a server that
// comes up again needs its time for itself. Each is cut by up to a half, by
// chance: those who failed together do not come back together.
class back_off {
  public:
    using clock = std::chrono::steady_clock;

    // Sleeps, but not beyond `end`; false: it is over.
    bool pause(clock::time_point end) {
        std::this_thread::sleep_until(next(end));
        return clock::now() < end;
    }
    // When it would end, for who sleeps in another way.
    clock::time_point next(clock::time_point end) {
        const auto when = clock::now()
                          + std::chrono::duration_cast<clock::duration>(
                              longest_ * chance_(random_));
        longest_ = std::min(2 * longest_, std::chrono::milliseconds(1000));
        return std::min(end, when);
    }

  private:
    std::chrono::milliseconds longest_{10};
    std::minstd_rand random_{std::random_device{}()};
    std::uniform_real_distribution<double> chance_{0.5, 1};
};

// Connects and calls prepare(session). After errors that may pass it tries
// again, until `limit` is over, which is a limit for prepare()'s questions,
// too; after all others it throws at once. Throws no_connection, or what
// prepare() throws.
template<class Function>
std::unique_ptr<pg_connection> connect_within(std::chrono::milliseconds limit,
                                              const Function& prepare) {
    const auto end = back_off::clock::now() + limit;
    for (back_off between;;) {
        std::string why;
        try {
            auto session = std::make_unique<pg_connection>(end);
            prepare(*session);
            session->wait_until({});
            return session;
        } catch (const no_connection& error) {
            if (!may_pass(error.sqlstate))
                throw;
            why = error.what();
        } catch (const pg_error& error) {
            if (!may_pass(error.sqlstate))
                throw;
            why = error.what();
        }
        if (!between.pause(end))
            throw no_connection(
                fmt::format("none within {} ms: {}", limit.count(), why),
                "08001");
    }
}

class connection_pool {
  public:
    using milliseconds = std::chrono::milliseconds;
    using clock = std::chrono::steady_clock;
    class lease;

    // Connects `size` sessions here and now: a wrong password throws
    // no_connection here, and not at some later acquire(). `prepare` is called
    // with each session once, whenever it is connected.
    explicit connection_pool(
        std::int64_t size,
        std::function<void(pg_connection&)> prepare = [](pg_connection&) {})
        : prepare_(std::move(prepare)) {
        for (std::int64_t i = 0; i < size; ++i) {
            auto one = std::make_unique<pg_connection>();
            prepare_(*one);
            free_.push_back({std::move(one), clock::now()});
        }
    }
    connection_pool(const connection_pool&) = delete;
    connection_pool& operator=(const connection_pool&) = delete;

    // A session for the calling thread. Throws no_connection if there was none
    // within the limit, and at once if it is no use to wait (see may_pass).
    lease acquire(milliseconds limit);

    // Those that are connected, for who knows that nobody acquires one
    // meanwhile.
    std::vector<pg_connection*> free_sessions() {
        const std::lock_guard lock(mutex_);
        std::vector<pg_connection*> all;
        for (const place& one : free_)
            if (one.session != nullptr && one.session->is_idle())
                all.push_back(one.session.get());
        return all;
    }

  private:
    using owned = std::unique_ptr<pg_connection>;
    struct place {
        owned session; // none: whoever gets this place connects
        clock::time_point since;
    };
    struct waiter {
        std::condition_variable served;
        std::optional<place> got;
    };

    //> first
    // The queue has no special case: also who comes when something is free
    // stands in it, for a moment.
    place wait_for_place(milliseconds limit) {
        waiter me;
        std::unique_lock lock(mutex_);
        waiting_.push_back(&me);
        serve_waiting();
        me.served.wait_for(lock, limit, [&] { return me.got.has_value(); });
        if (!me.got) { // nobody knows us after this
            std::erase(waiting_, &me);
            throw no_connection(
                fmt::format("all sessions were in use for {} ms",
                            limit.count()),
                "08001");
        }
        return std::move(*me.got);
    }

    // With the lock: as long as it is held, who waits cannot leave, and
    // `served` is there to be notified.
    void serve_waiting() {
        while (!waiting_.empty() && !free_.empty()) {
            waiter& first = *waiting_.front();
            waiting_.pop_front();
            first.got = std::move(free_.back());
            free_.pop_back();
            first.served.notify_one();
        }
    }
    //< first

    void give_back(owned used) {
        if (::getpid() != owner_) // a lease that a forked child has got along
            return;
        if (used != nullptr && !used->is_idle())
            used = nullptr;
        const std::lock_guard lock(mutex_);
        if (used != nullptr) // the next one gets it, warm as it is
            free_.push_back({std::move(used), clock::now()});
        else
            free_.push_front({});
        serve_waiting();
    }

    //> healthy
    // That a connection was closed meanwhile its own end knows, and says in a
    // microsecond. That its server is deaf only shows when a question gets no
    // answer. A question takes a round trip, so only a session that has not
    // been used for a second is asked.
    static bool is_healthy(const place& one, clock::time_point end) {
        if (one.session == nullptr || !one.session->is_idle())
            return false;
        const auto now = clock::now();
        return now - one.since < std::chrono::seconds(1)
               || one.session->answers(now + (end - now) / 2);
    }
    //< healthy

    static milliseconds left(clock::time_point end) {
        return std::max(milliseconds(0),
                        std::chrono::ceil<milliseconds>(end - clock::now()));
    }

    const pid_t owner_ = ::getpid();
    const std::function<void(pg_connection&)> prepare_;
    std::mutex mutex_;            // guards what follows
    std::deque<place> free_;      // taken from the back
    std::deque<waiter*> waiting_; // each on its thread's stack
};

// One session, until release() or the end of its scope. It goes before the
// pool does.
class connection_pool::lease {
  public:
    lease(connection_pool& pool, owned taken)
        : pool_(&pool), session_(std::move(taken)) {}
    lease(lease&&) = default;
    ~lease() {
        if (session_ != nullptr)
            pool_->give_back(std::move(session_));
    }

    // Throw std::logic_error after release().
    pg_connection* operator->() const { return &**this; }
    pg_connection& operator*() const {
        if (session_ == nullptr)
            throw std::logic_error("connection_pool: used after release");
        return *session_;
    }
    void release() {
        if (session_ == nullptr)
            throw std::logic_error("connection_pool: released twice");
        pool_->give_back(std::move(session_));
    }

  private:
    connection_pool* pool_;
    owned session_;
};

inline connection_pool::lease connection_pool::acquire(milliseconds limit) {
    if (::getpid() != owner_) // before the mutex, which may be locked for ever
        throw std::logic_error("connection_pool: another process made it");
    const auto end = clock::now() + limit;
    place mine = wait_for_place(limit);
    try {
        if (is_healthy(mine, end))
            return {*this, std::move(mine.session)};
        mine.session = nullptr; // closed before there is a new one
        return {*this, connect_within(left(end), prepare_)};
    } catch (...) {
        give_back(nullptr);
        throw;
    }
}
