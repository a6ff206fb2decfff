// Queues of messages in shared memory, for one writer and one reader: a ring of
// slots whose users sleep while they wait, and one whose users do not.
#pragma once

#include "shared_memory.hpp"

#include <sched.h>

#include <algorithm>
#include <atomic>
#include <cstring>

// The semaphores count the slots that are free and those that are filled, and
// nobody touches a slot of the other kind. What
// one side did before release(), the other sees after acquire().
struct ring {
    static constexpr std::size_t longest = 1 << 20;

    // For messages of `bytes`. As much room as a pipe has, 64 KiB, and at
    // least two slots: one to write while the other is read.
    explicit ring(std::size_t bytes)
        : size(bytes), slots(std::max<std::size_t>(2, 65536 / bytes)),
          free(static_cast<unsigned>(slots)) {}

    void put(const char* message) {
        free.acquire();
        std::memcpy(memory + written++ % slots * size, message, size);
        filled.release();
    }
    // A semaphore does not tell that the other side is dead. So `look`, which
    // throws in that case, is called now and then.
    template<class Look>
    void get(char* message, const Look& look) {
        while (!filled.acquire_within(100'000))
            look();
        std::memcpy(message, memory + read++ % slots * size, size);
        free.release();
    }

    const std::size_t size, slots;
    shared_semaphore free, filled;
    std::size_t written = 0, read = 0; // each is used by one side only
    char memory[2 * longest];
};

// The same without a call of the kernel. Each side counts what it has done, and
// waits by looking at the other's count, which keeps a core busy. The counts
// are on cache lines of their own, for each is written by one core and read by
// the other. Between processes, an atomic must be free of locks.
struct atomic_ring {
    static_assert(std::atomic<std::size_t>::is_always_lock_free);

    explicit atomic_ring(std::size_t bytes)
        : size(bytes), slots(std::max<std::size_t>(2, 65536 / bytes)) {}

    //> put
    void put(const char* message) {
        const std::size_t n = written.load(std::memory_order_relaxed); // ours
        wait([&] { return n - read.load(std::memory_order_acquire) < slots; },
             throw_if_stopped);
        std::memcpy(memory + n % slots * size, message, size);
        written.store(n + 1, std::memory_order_release); // after the bytes
    }
    template<class Look>
    void get(char* message, const Look& look) {
        const std::size_t n = read.load(std::memory_order_relaxed); // ours
        wait([&] { return written.load(std::memory_order_acquire) > n; }, look);
        std::memcpy(message, memory + n % slots * size, size);
        read.store(n + 1, std::memory_order_release);
    }
    //< put

    // Looks some times in a row, then lets others have the core in between.
    template<class Ready, class Look>
    static void wait(const Ready& ready, const Look& look) {
        for (std::int64_t looks = 1; !ready(); ++looks) {
            if (looks % 1'000 == 0)
                look();
            if (looks > 100)
                ::sched_yield();
        }
    }

    const std::size_t size, slots;
    alignas(64) std::atomic<std::size_t> written = 0;
    alignas(64) std::atomic<std::size_t> read = 0;
    alignas(64) char memory[2 * ring::longest];
};
