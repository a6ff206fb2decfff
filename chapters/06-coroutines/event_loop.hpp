// Runs tasks in one thread, and waits for what they wait for: time, files,
// children, other threads.
//
//     task<void> nap() { co_await sleep_for(std::chrono::seconds(1)); }
//     event_loop().run(nap());
//
// A turn of the loop lets what is ready go on, at most 256 steps of it, and
// then asks the kernel, without waiting if something is ready still.
//
// Source: epoll(7).
#pragma once

#include "task.hpp"

#include "common/descriptor.hpp"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <chrono>
#include <functional>
#include <mutex>
#include <set>
#include <tuple>

class event_loop {
  public:
    using clock = std::chrono::steady_clock;

    // One a thread, at a time. Throws logic_error if there is one. (That of a
    // parent process does not count.)
    event_loop();
    event_loop(const event_loop&) = delete;
    ~event_loop();
    // That of this thread. Throws logic_error if there is none.
    static event_loop& current();

    // Runs `main` and all that it starts. At SIGINT and the like (if the
    // program has called stop_on_signals()) cancels it, waits for its end, and
    // throws stopped_by_signal, or what `main` throws instead. Throws
    // logic_error within a task of this loop.
    template<class T>
    T run(task<T> main) {
        main.must_be_there();
        begin_run();
        main_task whole;
        main.start(&whole);
        take_turns(whole);
        if (stop_signal == 0)
            return main.take();
        try {
            static_cast<void>(main.take());
        } catch (const cancelled&) {
        }
        throw stopped_by_signal{};
    }

    // Has `call` called by the loop, soon. From any thread, while the loop is
    // there; what comes after the end of run() waits for the next one. `call`
    // must not throw.
    void post(std::function<void()> call);

    // Who takes longer than `limit` from one wait to the next is told to
    // `blocked`, by name, which must not throw. Costs two looks at the clock.
    void
    report_blocking(clock::duration limit,
                    std::function<void(const char*, clock::duration)> blocked);

    // A moment from now, or the last one that there is.
    static clock::time_point from_now(clock::duration how_long) {
        const auto now = clock::now();
        return how_long < clock::time_point::max() - now
                   ? now + how_long
                   : clock::time_point::max();
    }

    // --- What tasks wait for: see the functions below -----------------------

    class [[nodiscard]] timer : public waiter {
      public:
        explicit timer(clock::time_point when) : when_(when) {}
        bool await_ready() const { return false; }
        bool await_suspend(std::coroutine_handle<> frame);
        void await_resume();

      private:
        friend event_loop;
        void forget() override;
        const clock::time_point when_;
        std::uint64_t number_ = 0; // equal ones come in order
    };

    class [[nodiscard]] readiness : public waiter {
      public:
        readiness(int fd, std::uint32_t event) : fd_(fd), event_(event) {}
        bool await_ready() const { return false; }
        bool await_suspend(std::coroutine_handle<> frame);
        void await_resume();

      private:
        friend event_loop;
        void forget() override;
        const int fd_;
        const std::uint32_t event_;
    };

  private:
    struct main_task final : running_task {
        main_task() { name = "main task"; }
        void ended(std::exception_ptr) override { is_over = true; }
        bool is_over = false;
    };
    struct earlier {
        bool operator()(const timer* a, const timer* b) const {
            return std::tie(a->when_, a->number_)
                   < std::tie(b->when_, b->number_);
        }
    };
    struct descriptor_waits {
        readiness *reader = nullptr, *writer = nullptr;
    };

    void begin_run();
    void take_turns(main_task& whole);
    void step();
    void wake_sleepers();
    void ask_kernel();
    int take_events();
    void happened(const epoll_event& event);
    static void wake_if(std::uint32_t events, readiness*& place);
    void call_posted();
    descriptor_waits& waits_for(int fd);
    readiness*& place_of(const readiness& one);
    void add(readiness& one);
    void remove(readiness& one);

    // Has the kernel tell the next event that somebody waits for, once.
    bool arm(int fd);
    bool watch(int fd, std::uint32_t events);

    static inline constinit thread_local event_loop* current_ = nullptr;
    const descriptor epoll_{
        check(::epoll_create1(EPOLL_CLOEXEC), "epoll_create1")};
    const descriptor wake_up_{
        check(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), "eventfd")};
    ready_queue ready_;
    std::set<timer*, earlier> timers_;
    std::uint64_t timers_so_far_ = 0;
    std::vector<descriptor_waits> waits_; // by descriptor
    std::mutex mutex_;
    std::vector<std::function<void()>> posted_; // guarded by mutex_
    const pid_t process_ = ::getpid();
    bool is_running_ = false, is_stopping_ = false;
    clock::duration limit_{};
    std::function<void(const char*, clock::duration)> blocked_;
};

// Each throws `cancelled` if the task is cancelled meanwhile.

inline event_loop::timer sleep_until(event_loop::clock::time_point when) {
    return event_loop::timer(when);
}
inline event_loop::timer sleep_for(event_loop::clock::duration how_long) {
    return event_loop::timer(event_loop::from_now(how_long));
}
// Lets the others go on first.
inline event_loop::timer next_turn() {
    return event_loop::timer(event_loop::clock::time_point::min());
}
// Wait until a call would not wait. The descriptor must stay open meanwhile,
// and each may have one reader and one writer at a time. Files on a disk are
// not for this: the kernel calls them ready always (EPERM).
inline event_loop::readiness readable(int fd) {
    return event_loop::readiness(fd, EPOLLIN);
}
inline event_loop::readiness writable(int fd) {
    return event_loop::readiness(fd, EPOLLOUT);
}
