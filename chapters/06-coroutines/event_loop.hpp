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

#include <algorithm>
#include <array>
#include <chrono>
#include <ctime>
#include <functional>
#include <mutex>
#include <set>
#include <tuple>

class event_loop {
  public:
    using clock = std::chrono::steady_clock;

    // One a thread, at a time. Throws logic_error if there is one. (That of a
    // parent process does not count.)
    event_loop() {
        if (current_ != nullptr && current_->process_ == ::getpid())
            throw std::logic_error("this thread has an event loop already");
        if (!watch(wake_up_.get(), EPOLLIN))
            throw_errno("epoll_ctl");
        current_ = this;
        ready_frames = &ready_;
    }
    event_loop(const event_loop&) = delete;
    ~event_loop() {
        const std::lock_guard lock(mutex_); // somebody may be in post() still
        current_ = nullptr;
        ready_frames = nullptr;
    }
    // That of this thread. Throws logic_error if there is none.
    static event_loop& current() {
        if (current_ == nullptr)
            throw std::logic_error("this thread has no event loop");
        return *current_;
    }

    // Runs `main` and all that it starts. At SIGINT and the like (if the
    // program has called stop_on_signals()) cancels it, waits for its end, and
    // throws stopped_by_signal, or what `main` throws instead. Throws
    // logic_error within a task of this loop.
    template<class T>
    T run(task<T> main) {
        struct root final : running_task {
            void ended(std::exception_ptr) override { is_over = true; }
            bool is_over = false;
        } root;
        root.name = "main task";
        main.must_be_there();
        if (current_ != this)
            throw std::logic_error("this event loop is another thread's");
        if (is_running_)
            throw std::logic_error("this event loop is running already");
        if (!is_stopping_ && stop_event != -1 && !watch(stop_event, EPOLLIN))
            throw_errno("epoll_ctl");
        is_running_ = true;
        main.start(&root);
        if (is_stopping_) // by what came during an earlier run()
            root.cancel();
        for (;;) {
            for (int i = 0; i < 256 && !ready_frames->empty(); ++i)
                step();
            if (root.is_over)
                break;
            wake_sleepers();
            ask_kernel();
            if (stop_signal != 0 && !std::exchange(is_stopping_, true)) {
                ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, stop_event, nullptr);
                root.cancel();
            }
        }
        is_running_ = false;
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
    void post(std::function<void()> call) {
        const std::lock_guard lock(mutex_);
        posted_.push_back(std::move(call));
        check(::eventfd_write(wake_up_.get(), 1), "eventfd");
    }

    // Who takes longer than `limit` from one wait to the next is told to
    // `blocked`, by name, which must not throw. Costs two looks at the clock.
    void
    report_blocking(clock::duration limit,
                    std::function<void(const char*, clock::duration)> blocked) {
        limit_ = limit;
        blocked_ = std::move(blocked);
    }

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
        bool await_suspend(std::coroutine_handle<> frame) {
            number_ = current().timers_so_far_++;
            current().timers_.insert(this);
            const bool waits = suspend(frame);
            if (!waits)
                forget();
            return waits;
        }
        void await_resume() { throw_if_called_off(); }

      private:
        friend event_loop;
        void forget() override { current().timers_.erase(this); }
        const clock::time_point when_;
        std::uint64_t number_ = 0; // equal ones come in order
    };

    class [[nodiscard]] readiness : public waiter {
      public:
        readiness(int fd, std::uint32_t event) : fd_(fd), event_(event) {}
        bool await_ready() const { return false; }
        bool await_suspend(std::coroutine_handle<> frame) {
            current().add(*this);
            const bool waits = suspend(frame);
            if (!waits)
                forget();
            return waits;
        }
        void await_resume() { throw_if_called_off(); }

      private:
        friend event_loop;
        void forget() override { current().remove(*this); }
        const int fd_;
        const std::uint32_t event_;
    };

  private:
    struct earlier {
        bool operator()(const timer* a, const timer* b) const {
            return std::tie(a->when_, a->number_)
                   < std::tie(b->when_, b->number_);
        }
    };
    struct descriptor_waits {
        readiness *reader = nullptr, *writer = nullptr;
    };

    void wake_sleepers() {
        const auto now = clock::now();
        while (!timers_.empty() && (*timers_.begin())->when_ <= now) {
            timer& first = **timers_.begin();
            timers_.erase(timers_.begin());
            first.wake();
        }
    }

    void step() {
        if (!blocked_)
            return ready_frames->run_one();
        const running_task* who = ready_frames->next();
        const char* name = who->name; // it may end, and be gone
        const auto start = clock::now();
        int steps = 0; // with the children that do not wait
        do
            ready_frames->run_one();
        while (!ready_frames->empty() && ready_frames->next() == who
               && ++steps < 256);
        if (const auto took = clock::now() - start; took > limit_ && blocked_)
            blocked_(name, took);
    }

    // Takes what has happened; if that is nothing, and nobody is ready, waits
    // for the next event, or timer.
    void ask_kernel() {
        if (take_events() > 0 || !ready_frames->empty())
            return;
        clock::duration left = clock::duration::zero();
        if (!timers_.empty())
            left = std::max(left, (*timers_.begin())->when_ - clock::now());
        const auto seconds = std::chrono::floor<std::chrono::seconds>(left);
        const timespec limit = {seconds.count(), (left - seconds).count()};
        // epoll_wait() counts in milliseconds, so ppoll() waits for it.
        pollfd any = {epoll_.get(), POLLIN, 0};
        ::ppoll(&any, 1, timers_.empty() ? nullptr : &limit, nullptr);
        take_events();
    }
    int take_events() {
        std::array<epoll_event, 64> events;
        const int got = check(
            ::epoll_wait(epoll_.get(), events.data(), int(events.size()), 0),
            "epoll_wait");
        for (int i = 0; i < got; ++i)
            happened(events[std::size_t(i)]);
        return got;
    }

    void happened(const epoll_event& event) {
        if (event.data.fd == wake_up_.get())
            return call_posted();
        descriptor_waits& waits = waits_for(event.data.fd);
        // An error or a hang-up is for both: their next call will tell them.
        const auto both = std::uint32_t(EPOLLERR) | EPOLLHUP;
        wake_if(event.events & (EPOLLIN | both), waits.reader);
        wake_if(event.events & (EPOLLOUT | both), waits.writer);
        if (waits.reader != nullptr || waits.writer != nullptr)
            arm(event.data.fd);
    }
    static void wake_if(std::uint32_t events, readiness*& place) {
        if (events != 0 && place != nullptr)
            std::exchange(place, nullptr)->wake();
    }

    void call_posted() {
        eventfd_t count = 0;
        std::vector<std::function<void()>> calls;
        {
            const std::lock_guard lock(mutex_);
            check(::eventfd_read(wake_up_.get(), &count), "eventfd");
            calls.swap(posted_);
        }
        for (const auto& call : calls)
            call();
    }

    descriptor_waits& waits_for(int fd) {
        if (std::ssize(waits_) <= fd) {
            check(::fcntl(fd, F_GETFD), "epoll_ctl"); // or it is any number
            waits_.resize(std::size_t(fd) + 1);
        }
        return waits_[std::size_t(fd)];
    }
    readiness*& place_of(const readiness& one) {
        descriptor_waits& waits = waits_for(one.fd_);
        return one.event_ == EPOLLIN ? waits.reader : waits.writer;
    }
    void add(readiness& one) {
        errno = EBADF;
        if (one.fd_ < 0)
            throw_errno("epoll_ctl");
        if (place_of(one) != nullptr)
            throw std::logic_error("two tasks wait for one descriptor");
        place_of(one) = &one;
        if (!arm(one.fd_)) {
            place_of(one) = nullptr;
            throw_errno("epoll_ctl");
        }
    }
    void remove(readiness& one) {
        place_of(one) = nullptr;
        const descriptor_waits& waits = waits_for(one.fd_);
        // It fails if it was closed: then there is nothing to do.
        if (waits.reader != nullptr || waits.writer != nullptr)
            arm(one.fd_);
        else
            ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, one.fd_, nullptr);
    }

    // Has the kernel tell the next event that somebody waits for, once.
    bool arm(int fd) {
        const descriptor_waits& waits = waits_for(fd);
        std::uint32_t events = EPOLLONESHOT;
        if (waits.reader != nullptr)
            events |= EPOLLIN;
        if (waits.writer != nullptr)
            events |= EPOLLOUT;
        return watch(fd, events);
    }
    bool watch(int fd, std::uint32_t events) {
        epoll_event event = {};
        event.events = events;
        event.data.fd = fd;
        const auto tell = [&](int what) {
            return ::epoll_ctl(epoll_.get(), what, fd, &event) == 0;
        };
        // One that is not there is new, or its number is.
        return tell(EPOLL_CTL_MOD) || (errno == ENOENT && tell(EPOLL_CTL_ADD));
    }

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
