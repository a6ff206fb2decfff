// A connection that nobody has before it is used: the first get() in a process
// makes it, and each process makes its own. So a pool of processes may hold one
// as if it were a value, and forks as it likes.
//
//     lazy_connection db(prepare_insert);
//     process_pool<slice, slice_loaded> pool(
//         [&](const slice& rows) { return load_slice(load, db.get(), ...); });
//
// What else must be made after the fork is a per_process<T>.
#pragma once

#include "05-io-bound/connection_pool.hpp"
#include "05-io-bound/postgres.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <utility>

//> per_process
template<class T>
class per_process {
  public:
    explicit per_process(std::function<std::unique_ptr<T>()> make)
        : make_(std::move(make)) {}
    // A copy has none yet.
    per_process(const per_process& other) : make_(other.make_) {}

    // A parent's is not ours to end: its destructor might send, or delete.
    ~per_process() {
        if (!is_there())
            static_cast<void>(value_.release());
    }

    // Makes it, the first time in this process; throws what `make` throws, and
    // tries again the next time. For one thread.
    T& get() {
        if (!is_there()) {
            static_cast<void>(value_.release()); // our parent's
            value_ = make_();
            owner_ = this_process();
        }
        return *value_;
    }
    // Has this process made one?
    bool is_there() const { return owner_ == this_process(); }

  private:
    const std::function<std::unique_ptr<T>()> make_;
    std::unique_ptr<T> value_;
    pid_t owner_ = 0;
};
//< per_process
// (What a fork has copied takes memory until the process ends.)

class lazy_connection : public per_process<pg_connection> {
  public:
    // `prepare` is called once with each connection. A server that is full or
    // starting is asked again, for five seconds. Throws no_connection.
    explicit lazy_connection(std::function<void(pg_connection&)> prepare)
        : per_process([prepare = std::move(prepare)] {
              return connect_within(std::chrono::seconds(5), prepare);
          }) {}
};
