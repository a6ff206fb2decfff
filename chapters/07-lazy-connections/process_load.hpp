// What the loaders of this chapter have in common: slices of rows for the
// workers of a process_pool, and what these say of them.
#pragma once

#include "lazy_connection.hpp"

#include "01-processes/process_pool.hpp"
#include "01-processes/shared_memory.hpp"
#include "05-io-bound/samples_table.hpp"

#include <set>

struct process_job : load_job {
    std::int64_t batch = 20;
    std::string warm_up = "no";
};

inline cli process_options(const char* program, const char* what,
                           process_job& job) {
    cli options = load_options(program, what, job);
    options.number("workers", job.workers, 1, 1000, "processes")
        .number("batch", job.batch, 1, 1'000'000, "rows at a time to a worker")
        .choice("warm-up", job.warm_up, {"no", "yes"},
                "all workers have connected when the clock starts");
    return options;
}

// Rows [first, end). They are a function of their numbers, so a worker needs no
// more to make them.
struct slice {
    std::int64_t first = 0, end = 0;
};
inline std::vector<slice> slices_of(std::int64_t rows, std::int64_t batch) {
    std::vector<slice> all;
    for (std::int64_t first = 0; first < rows; first += batch)
        all.push_back({first, std::min(first + batch, rows)});
    return all;
}

// What it took to load one, and to get to know of it. All of it is in its
// bytes, so it can travel.
struct slice_loaded {
    pid_t worker = 0;
    std::int64_t round_trips = 0, connections = 0, waits = 0;
    double cpu_us = 0;
};
template<class Work>
slice_loaded measured(const Work& work) {
    // From the end of the one before: to ask for work takes its time, too.
    static used_up before = used_up::so_far();
    const std::int64_t trips = pg_connection::round_trips(),
                       connections = pg_connection::connections();
    work();
    const used_up after = used_up::so_far();
    const used_up last = std::exchange(before, after);
    return {::getpid(), pg_connection::round_trips() - trips,
            pg_connection::connections() - connections,
            after.waits - last.waits, after.cpu_us - last.cpu_us};
}

//> load_slice
// Each row in a transaction of its own, as in load_naive.
inline void load_slice(samples_load& load, pg_connection& db,
                       sample_source source, slice rows) {
    for (std::int64_t row = rows.first; row < rows.end; ++row) {
        load.row_begins();
        const row_as_text values(source, row);
        db.run("BEGIN");
        db.execute("insert_sample", values.columns());
        db.run("COMMIT");
    }
}
//< load_slice

// Sessions of this book's programs on the server, but for this one.
inline std::int64_t other_sessions(pg_connection& db) {
    return std::stoll(
        db.run("SELECT count(*) FROM pg_stat_activity WHERE application_name ="
               " current_setting('application_name')"
               " AND pid <> pg_backend_pid()")
            .text(0, 0));
}

//> crew
// What the workers of a pool have in common.
class crew {
  public:
    // Made before the pool, so that it can tell the pool's sessions from those
    // that were there.
    crew(samples_load& load, std::int64_t workers)
        : workers_(workers), others_(other_sessions(load.session())) {}
    // How many sessions the pool has.
    std::int64_t sessions(pg_connection& db) const {
        return other_sessions(db) - others_;
    }
    // Does the work, and says what it took. Nothing, if one of us has failed:
    // a load that is incomplete needs no more rows.
    template<class Work>
    slice_loaded work(const Work& what) try {
        return has_failed() ? slice_loaded{} : measured(what);
    } catch (const missing&) {
        fail(3);
        throw;
    } catch (const wrong_result&) {
        fail(4);
        throw;
    } catch (...) {
        fail(1);
        throw;
    }
    // pool.map(tasks). An error comes from a worker as a text; it is thrown as
    // what it was there, so that we end as failed() of check.hpp says.
    template<class Pool, class Tasks>
    auto map(Pool& pool, const Tasks& tasks) const try {
        return pool.map(tasks);
    } catch (const std::runtime_error& error) {
        if (shared_->status == 3)
            throw missing(error.what());
        if (shared_->status == 4)
            throw wrong_result(error.what());
        throw;
    }
    // Waits until all workers are here, once, or one has failed. Who waits is
    // not idle, so a pool gives the next task to another one: of as many tasks
    // as there are workers each gets one.
    void meet() {
        if (++shared_->here == workers_)
            open_gate();
        if (!shared_->gate.acquire_within(30'000'000))
            throw std::runtime_error("a worker did not come");
    }

  private:
    struct state {
        std::atomic<std::int64_t> here = 0;
        shared_semaphore gate;
        std::atomic<int> status = 0; // that we shall end with
    };
    bool has_failed() const { return shared_->status != 0; }
    void fail(int status) {
        int none = 0; // the first one counts
        shared_->status.compare_exchange_strong(none, status);
        open_gate(); // nobody shall wait for us
    }
    void open_gate() {
        for (std::int64_t i = 0; i < workers_; ++i)
            shared_->gate.release();
    }

    const std::int64_t workers_, others_;
    const shared_mapping<state> shared_ = make_shared_memory<state>();
};
//< crew

// Has a pool load all rows; prints who did, and with how many sessions. With a
// warm-up each worker gets a slice without rows before: it shall connect, and
// meet the others.
template<class Task>
int load_by(process_pool<Task, slice_loaded>& pool, samples_load& load,
            const crew& all, const process_job& job,
            const std::vector<Task>& tasks) {
    pg_connection& db = load.session();
    fmt::print("sessions_before_first_use: {}\n", all.sessions(db));
    if (job.warm_up == "yes") {
        all.map(pool, std::vector<Task>(std::size_t(job.workers)));
        if (pool.started() != job.workers) // one has died, and another not met
            throw std::runtime_error("a worker died in the warm-up");
    }
    load.start();
    const std::vector<slice_loaded> answers = all.map(pool, tasks);
    load.stop();
    std::set<pid_t> workers;
    std::int64_t connections = 0;
    for (const slice_loaded& one : answers) {
        workers.insert(one.worker);
        connections += one.connections;
        load.count_elsewhere({one.cpu_us, one.waits}, one.round_trips);
    }
    fmt::print("workers_that_loaded: {}\n", workers.size());
    fmt::print("connected_while_loading: {}\n", connections);
    fmt::print("sessions: {}\n", all.sessions(db));
    pool.close();
    // The server notices within a moment that they have gone.
    const stopwatch clock;
    while (all.sessions(db) > 0 && clock.seconds() < 5)
        db.run("SELECT pg_sleep(0.001)");
    fmt::print("sessions_at_the_end: {}\n", all.sessions(db));
    return load.finish();
}
