// pollers: one descriptor is ready, so many others are not. What does it cost
// to find it: with select, with poll, and with epoll?
//
//     build/bin/pollers --idle 1000
#include "05-io-bound/echo_load.hpp"
#include "common/cli.hpp"
#include "common/stopwatch.hpp"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/select.h>

struct pollers_job {
    std::int64_t idle = 1000, waits = 2000;
};

// Makes `active` ready, and calls find(), which must say which one it was; so
// many times. Prints what find() takes, in ns, without the rest.
template<class Find>
static std::int64_t time_waits(const char* name, const pollers_job& job,
                               const descriptor& active, Find find) {
    double seconds = 0;
    std::int64_t found = 0;
    for (std::int64_t i = 0; i < job.waits; ++i) {
        check(::eventfd_write(active.get(), 1), "eventfd_write");
        const stopwatch clock;
        const int which = find();
        seconds += clock.seconds();
        eventfd_t count = 0;
        check(::eventfd_read(active.get(), &count), "eventfd_read");
        found += which == active.get();
    }
    fmt::print("{}_ns: {:.0f}\n", name, 1e9 * seconds / double(job.waits));
    return found;
}

int main(int argc, char** argv) try {
    pollers_job job;
    cli("pollers", "Finds the one descriptor that is ready.")
        .number("idle", job.idle, 0, 1'000'000, "descriptors beside it")
        .number("waits", job.waits, 1, 1'000'000'000, "in each way")
        .parse(argc, argv);
    fmt::print("1 descriptor is ready, {} are not; {} waits\n", job.idle,
               job.waits);
    allow_descriptors(job.idle + 50);
    std::vector<descriptor> all;
    for (std::int64_t i = 0; i <= job.idle; ++i)
        all.emplace_back(check(::eventfd(0, EFD_CLOEXEC), "eventfd"));
    // The one that gets ready, in the middle of the list: where to look for it
    // costs as much as it does on average.
    const descriptor& active = all[all.size() / 2];
    const int last = all.back().get();
    std::int64_t found = 0, expected = 2 * job.waits;

    //> select
    if (last < FD_SETSIZE) { // larger numbers have no bit in the set
        fd_set wanted;
        FD_ZERO(&wanted);
        for (const descriptor& one : all)
            FD_SET(one.get(), &wanted);
        found += time_waits("select", job, active, [&] {
            fd_set ready = wanted; // the kernel overwrites it
            ::select(last + 1, &ready, nullptr, nullptr, nullptr);
            for (const descriptor& one : all)
                if (FD_ISSET(one.get(), &ready))
                    return one.get();
            return -1;
        });
        expected += job.waits;
    } else {
        fmt::print("select_ns: not available\n"); // FD_SETSIZE is 1,024
    }
    //< select
    //> poll
    std::vector<pollfd> ends;
    ends.reserve(all.size());
    for (const descriptor& one : all)
        ends.push_back({one.get(), POLLIN, 0});
    found += time_waits("poll", job, active, [&] {
        ::poll(ends.data(), ends.size(), -1);
        for (const pollfd& one : ends)
            if (one.revents != 0)
                return one.fd;
        return -1;
    });
    //< poll
    //> epoll
    const descriptor poller(
        check(::epoll_create1(EPOLL_CLOEXEC), "epoll_create1"));
    for (const descriptor& one : all) {
        epoll_event event = {};
        event.events = EPOLLIN;
        event.data.fd = one.get();
        check(::epoll_ctl(poller.get(), EPOLL_CTL_ADD, one.get(), &event),
              "epoll_ctl");
    }
    found += time_waits("epoll", job, active, [&] {
        epoll_event event = {};
        ::epoll_wait(poller.get(), &event, 1, -1);
        return event.data.fd;
    });
    //< epoll
    return finish(found, expected);
} catch (...) {
    return failed("pollers");
}
