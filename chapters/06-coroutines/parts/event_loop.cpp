#include "../event_loop.hpp"

#include <fcntl.h>
#include <poll.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <utility>

event_loop::event_loop() {
    if (current_ != nullptr && current_->process_ == ::getpid())
        throw std::logic_error("this thread has an event loop already");
    if (!watch(wake_up_.get(), EPOLLIN))
        throw_errno("epoll_ctl");
    current_ = this;
    ready_frames = &ready_;
}

event_loop::~event_loop() {
    const std::lock_guard lock(mutex_); // somebody may be in post() still
    current_ = nullptr;
    ready_frames = nullptr;
}

event_loop& event_loop::current() {
    if (current_ == nullptr)
        throw std::logic_error("this thread has no event loop");
    return *current_;
}

void event_loop::post(std::function<void()> call) {
    const std::lock_guard lock(mutex_);
    posted_.push_back(std::move(call));
    check(::eventfd_write(wake_up_.get(), 1), "eventfd");
}

void event_loop::report_blocking(
    clock::duration limit,
    std::function<void(const char*, clock::duration)> blocked) {
    limit_ = limit;
    blocked_ = std::move(blocked);
}

bool event_loop::timer::await_suspend(std::coroutine_handle<> frame) {
    number_ = current().timers_so_far_++;
    current().timers_.insert(this);
    const bool waits = suspend(frame);
    if (!waits)
        forget();
    return waits;
}

void event_loop::timer::await_resume() {
    throw_if_called_off();
}

void event_loop::timer::forget() {
    current().timers_.erase(this);
}

bool event_loop::readiness::await_suspend(std::coroutine_handle<> frame) {
    current().add(*this);
    const bool waits = suspend(frame);
    if (!waits)
        forget();
    return waits;
}

void event_loop::readiness::await_resume() {
    throw_if_called_off();
}

void event_loop::readiness::forget() {
    current().remove(*this);
}

void event_loop::begin_run() {
    if (current_ != this)
        throw std::logic_error("this event loop is another thread's");
    if (is_running_)
        throw std::logic_error("this event loop is running already");
    if (!is_stopping_ && stop_event != -1 && !watch(stop_event, EPOLLIN))
        throw_errno("epoll_ctl");
    is_running_ = true;
}

void event_loop::take_turns(main_task& whole) {
    if (is_stopping_) // by what came during an earlier run()
        whole.cancel();
    for (;;) {
        for (int i = 0; i < 256 && !ready_frames->empty(); ++i)
            step();
        if (whole.is_over)
            break;
        wake_sleepers();
        ask_kernel();
        if (stop_signal != 0 && !std::exchange(is_stopping_, true)) {
            ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, stop_event, nullptr);
            whole.cancel();
        }
    }
    is_running_ = false;
}

void event_loop::wake_sleepers() {
    const auto now = clock::now();
    while (!timers_.empty() && (*timers_.begin())->when_ <= now) {
        timer& first = **timers_.begin();
        timers_.erase(timers_.begin());
        first.wake();
    }
}

void event_loop::step() {
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
void event_loop::ask_kernel() {
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

int event_loop::take_events() {
    std::array<epoll_event, 64> events;
    const int got =
        check(::epoll_wait(epoll_.get(), events.data(), int(events.size()), 0),
              "epoll_wait");
    for (int i = 0; i < got; ++i)
        happened(events[std::size_t(i)]);
    return got;
}

void event_loop::happened(const epoll_event& event) {
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

void event_loop::wake_if(std::uint32_t events, readiness*& place) {
    if (events != 0 && place != nullptr)
        std::exchange(place, nullptr)->wake();
}

void event_loop::call_posted() {
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

event_loop::descriptor_waits& event_loop::waits_for(int fd) {
    if (std::ssize(waits_) <= fd) {
        check(::fcntl(fd, F_GETFD), "epoll_ctl"); // or it is any number
        waits_.resize(std::size_t(fd) + 1);
    }
    return waits_[std::size_t(fd)];
}

event_loop::readiness*& event_loop::place_of(const readiness& one) {
    descriptor_waits& waits = waits_for(one.fd_);
    return one.event_ == EPOLLIN ? waits.reader : waits.writer;
}

void event_loop::add(readiness& one) {
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

void event_loop::remove(readiness& one) {
    place_of(one) = nullptr;
    const descriptor_waits& waits = waits_for(one.fd_);
    // It fails if it was closed: then there is nothing to do.
    if (waits.reader != nullptr || waits.writer != nullptr)
        arm(one.fd_);
    else
        ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, one.fd_, nullptr);
}

bool event_loop::arm(int fd) {
    const descriptor_waits& waits = waits_for(fd);
    std::uint32_t events = EPOLLONESHOT;
    if (waits.reader != nullptr)
        events |= EPOLLIN;
    if (waits.writer != nullptr)
        events |= EPOLLOUT;
    return watch(fd, events);
}

bool event_loop::watch(int fd, std::uint32_t events) {
    epoll_event event = {};
    event.events = events;
    event.data.fd = fd;
    const auto tell = [&](int what) {
        return ::epoll_ctl(epoll_.get(), what, fd, &event) == 0;
    };
    // One that is not there is new, or its number is.
    return tell(EPOLL_CTL_MOD) || (errno == ENOENT && tell(EPOLL_CTL_ADD));
}
