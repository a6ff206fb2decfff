// Loads each batch exactly once, whoever dies meanwhile and however often it is
// tried again: every batch writes a line into a table, the ledger, in its own
// transaction. Line and rows are there both, or both are not.
//
//     ledger book(pool, "samples of May");
//     book.once(7, [&](pg_connection& db) { ... }, 30s);
//
// Source: the idea is that of an idempotency key; PostgreSQL documentation,
// INSERT, "ON CONFLICT Clause", and "Transaction Isolation".
#pragma once

#include "connection_pool.hpp"

#include <array>
#include <atomic>
#include <string>
#include <utility>

//> sql
// How a ledger begins a transaction, whatever is usual on the server; and how
// it writes its line, import and batch, into it: one row, or none if it is
// there.
inline constexpr const char* ledger_begin =
    "BEGIN ISOLATION LEVEL READ COMMITTED";
inline constexpr const char* ledger_insert =
    "INSERT INTO many_hands.ledger VALUES ($1, $2)"
    " ON CONFLICT (import, batch) DO NOTHING";
//< sql
inline void create_ledger(pg_connection& db) {
    db.create("TABLE IF NOT EXISTS many_hands.ledger (import text,"
              " batch bigint, PRIMARY KEY (import, batch))");
}
// Takes out all lines but that of `batch`, which empties the table: what they
// speak of is gone. Those of our own name, too, for somebody who loaded
// something else meanwhile may have taken out the line of `batch`.
inline constexpr const char* ledger_forget =
    "DELETE FROM many_hands.ledger WHERE import <> $1 OR batch <> $2";

class ledger {
  public:
    using milliseconds = std::chrono::milliseconds;

    // `import` names what is loaded; something else needs another name. Makes
    // the table if there is none. Throws as acquire() and run() do.
    ledger(connection_pool& pool, std::string import)
        : pool_(pool), import_(std::move(import)) {
        create_ledger(*pool_.acquire(milliseconds(5000)));
    }

    // Runs work(db) and commits it, if no one has for this batch; true if so.
    // After an error that may pass it tries again, until `limit` is over: work
    // may run several times, and only what it does through `db` counts once.
    // (The limit is not one of a statement that the server is at.)
    // May be called by several threads, and by several programs at once.
    template<class Work>
    bool once(std::int64_t batch, const Work& work, milliseconds limit) {
        const auto end = connection_pool::clock::now() + limit;
        for (back_off between;;) {
            try {
                const auto left = std::chrono::duration_cast<milliseconds>(
                    end - connection_pool::clock::now());
                return attempt(*pool_.acquire(left), batch, work);
            } catch (const pg_error& error) {
                if (!may_pass(error.sqlstate) || !between.pause(end))
                    throw;
                ++retries_;
            }
        }
    }

    // Takes out all other lines; see above.
    void forget_all_but(pg_connection& db, std::int64_t batch) const {
        const std::string number = std::to_string(batch);
        const std::array line = {import_.c_str(), number.c_str()};
        db.run(ledger_forget, line);
    }

    // Attempts that failed, and were followed by another one.
    std::int64_t retries() const { return retries_; }

  private:
    //> attempt
    template<class Work>
    bool attempt(pg_connection& db, std::int64_t batch, const Work& work) {
        const std::string number = std::to_string(batch);
        const std::array line = {import_.c_str(), number.c_str()};
        db.run(ledger_begin);
        // If another transaction has written this line and not yet ended, the
        // server lets us wait until it has: perhaps it is our own earlier
        // attempt, whose connection broke while the server went on. To look by
        // SELECT would be wrong, for that does not wait.
        const bool ours = db.run(ledger_insert, line).affected() == 1;
        if (ours)
            work(db);
        // If this fails, nobody knows: the ledger will. And the COMMIT of a
        // transaction in which something has failed is a ROLLBACK.
        if (db.run("COMMIT").tag() != "COMMIT")
            throw std::logic_error("ledger: the work has hidden an error");
        return ours;
    }
    //< attempt

    connection_pool& pool_;
    const std::string import_;
    std::atomic<std::int64_t> retries_ = 0;
};
