// Chapter 05's ledger for tasks: each has a session of its own, which is
// connected anew when it breaks.
//
//     async_ledger book("samples of May");
//     std::unique_ptr<async_connection> db; // connected when it is needed
//     co_await book.once(db, 7, [&]() -> task<void> { ... *db ... }, 30s);
#pragma once

#include "async_load.hpp"
#include "within.hpp"

#include "05-io-bound/ledger.hpp"

class async_ledger {
  public:
    using session = std::unique_ptr<async_connection>;

    // `import` names what is loaded; something else needs another name.
    explicit async_ledger(std::string import) : import_(std::move(import)) {}

    // Awaits work() and commits what it has done through `db`, if no one has
    // for this batch; true if so. After an error that may pass it connects and
    // tries again, until `limit` is over; throws what was last thrown. (The
    // limit is not one of a statement that the server is at.) Work is an object
    // that lives until then, and has a task<void> for a call.
    template<class Work>
    task<bool> once(session& db, std::int64_t batch, Work& work,
                    event_loop::clock::duration limit) {
        const auto end = event_loop::from_now(limit);
        for (back_off between;; ++retries_) {
            std::exception_ptr error; // no co_await in a handler
            try {
                if (db == nullptr)
                    db = co_await connect_until(end);
                co_return co_await attempt(*db, batch, work);
            } catch (...) { // an error, or we are cancelled
                error = std::current_exception();
            }
            db = nullptr; // with what it has begun: others may wait for its end
            if (!passes(error))
                std::rethrow_exception(error);
            co_await sleep_until(between.next(end));
            if (event_loop::clock::now() >= end)
                std::rethrow_exception(error);
        }
    }

    // Takes out all lines but that of `batch`, which empties the table.
    task<void> forget_all_but(async_connection& db, std::int64_t batch) const {
        const std::string number = std::to_string(batch);
        const std::array line = {import_.c_str(), number.c_str()};
        co_await db.async_run(ledger_forget, line);
    }

    // Attempts that failed, and were followed by another one.
    std::int64_t retries() const { return retries_; }

  private:
    static task<session> connect_until(event_loop::clock::time_point end) {
        try {
            co_return co_await within(end - event_loop::clock::now(),
                                      connect_loader());
        } catch (const timed_out&) {
            throw no_connection("the server does not answer", "08001");
        }
    }
    static bool passes(const std::exception_ptr& error) {
        try {
            std::rethrow_exception(error);
        } catch (const pg_error& e) {
            return may_pass(e.sqlstate);
        } catch (const no_connection& e) {
            return may_pass(e.sqlstate);
        } catch (...) {
            return false;
        }
    }

    //> attempt
    template<class Work>
    task<bool> attempt(async_connection& db, std::int64_t batch, Work& work) {
        const std::string number = std::to_string(batch);
        const std::array line = {import_.c_str(), number.c_str()};
        co_await db.async_run(ledger_begin);
        const pg_result entry = co_await db.async_run(ledger_insert, line);
        const bool ours = entry.affected() == 1;
        if (ours)
            co_await work();
        const pg_result end = co_await db.async_run("COMMIT");
        if (end.tag() != "COMMIT")
            throw std::logic_error("ledger: the work has hidden an error");
        co_return ours;
    }
    //< attempt

    const std::string import_;
    std::int64_t retries_ = 0;
};
