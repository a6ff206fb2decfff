// A value that fork does not copy: parent and children see the same one.
#pragma once

#include "common/check.hpp"

#include <semaphore.h>
#include <sys/mman.h>

#include <cstdint>
#include <ctime>
#include <memory>
#include <new>

struct unmap {
    std::size_t bytes;
    template<class T>
    void operator()(T* value) const {
        value->~T();
        ::munmap(static_cast<void*>(value), bytes);
    }
};
template<class T>
using shared_mapping = std::unique_ptr<T, unmap>;

// Makes a T from `arguments`; do it before fork. A `file` of at least its size
// may lie under it, else the memory has no name.
template<class T, class... Arguments>
shared_mapping<T> make_shared_in(int file, Arguments... arguments) {
    void* at = ::mmap(nullptr, sizeof(T), PROT_READ | PROT_WRITE,
                      MAP_SHARED | (file == -1 ? MAP_ANONYMOUS : 0), file, 0);
    if (at == MAP_FAILED)
        throw_errno("mmap");
    return {new (at) T(arguments...), unmap{sizeof(T)}};
}
template<class T>
shared_mapping<T> make_shared_memory() {
    return make_shared_in<T>(-1);
}

// A semaphore for shared memory. std::counting_semaphore and atomic::wait are
// of no use there: they wake only those who wait in the same process.
class shared_semaphore {
  public:
    explicit shared_semaphore(unsigned count = 0) {
        check(::sem_init(&semaphore_, 1, count), "sem_init"); // 1: shared
    }
    ~shared_semaphore() { ::sem_destroy(&semaphore_); }
    shared_semaphore(const shared_semaphore&) = delete;
    shared_semaphore& operator=(const shared_semaphore&) = delete;

    void release() { check(::sem_post(&semaphore_), "sem_post"); }
    // Throws stopped_by_signal: at once, or a tenth of a second later if the
    // signal came just before the wait.
    void acquire() {
        while (!acquire_within(100'000)) {
        }
    }
    // Returns false if nothing was released in this time.
    bool acquire_within(std::int64_t microseconds) {
        throw_if_stopped();
        if (::sem_trywait(&semaphore_) == 0)
            return true; // without a look at the clock
        timespec until = {};
        ::clock_gettime(CLOCK_MONOTONIC, &until);
        const std::int64_t nanoseconds = until.tv_nsec + microseconds * 1000;
        until.tv_sec += nanoseconds / 1'000'000'000;
        until.tv_nsec = nanoseconds % 1'000'000'000;
        while (::sem_clockwait(&semaphore_, CLOCK_MONOTONIC, &until) == -1) {
            throw_if_stopped();
            if (errno == ETIMEDOUT)
                return false;
            if (errno != EINTR)
                throw_errno("sem_clockwait");
        }
        return true;
    }

  private:
    sem_t semaphore_;
};
