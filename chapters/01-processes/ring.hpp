// Queues of messages in shared memory, for one writer and one reader: a ring of
// slots whose users sleep while they wait, and one whose users do not.
#pragma once

#include "shared_memory.hpp"

#include <sched.h>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <stdexcept>

// The semaphores count the slots that are free and those that are filled, and
// nobody touches a slot of the other kind. What one side did before release(),
// the other sees after acquire().
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
    // A semaphore does not tell that the other side is dead. So is_alive() is
    // asked now and then; what a dead one has put comes out all the same.
    template<class IsAlive>
    void get(char* message, const IsAlive& is_alive) {
        for (bool alive = true; !filled.acquire_within(alive ? 100'000 : 0);
             alive = is_alive())
            if (!alive)
                throw std::runtime_error("the other process is dead");
        std::memcpy(message, memory + read++ % slots * size, size);
        free.release();
    }

    const std::size_t size, slots;
    // On cache lines of their own, or to change one would disturb the other.
    alignas(64) shared_semaphore free;
    alignas(64) shared_semaphore filled;
    alignas(64) std::size_t written = 0; // used by one side only
    alignas(64) std::size_t read = 0;    // by the other
    alignas(64) char memory[2 * longest];
};

// The same without sleep. Each side counts what it has done, and waits by
// looking at the other's count, which keeps a core busy. Between processes, an
// atomic must be free of locks.
struct atomic_ring {
    static_assert(std::atomic<std::size_t>::is_always_lock_free);

    explicit atomic_ring(std::size_t bytes)
        : size(bytes), slots(std::max<std::size_t>(2, 65536 / bytes)) {}

    //> put
    void put(const char* message) {
        const std::size_t n = written.load(std::memory_order_relaxed); // ours
        wait([&] { return n - read.load(std::memory_order_acquire) < slots; },
             [] { return true; }); // a parent's death ends its children
        std::memcpy(memory + n % slots * size, message, size);
        written.store(n + 1, std::memory_order_release); // after the bytes
    }
    template<class IsAlive>
    void get(char* message, const IsAlive& is_alive) {
        const std::size_t n = read.load(std::memory_order_relaxed); // ours
        wait([&] { return written.load(std::memory_order_acquire) > n; },
             is_alive);
        std::memcpy(message, memory + n % slots * size, size);
        read.store(n + 1, std::memory_order_release);
    }
    //< put

    // Looks some times in a row, then lets others have the core in between.
    template<class Ready, class IsAlive>
    static void wait(const Ready& ready, const IsAlive& is_alive) {
        bool alive = true;
        for (std::int64_t looks = 1; !ready(); ++looks) {
            throw_if_stopped();
            if (!alive)
                throw std::runtime_error("the other process is dead");
            if (looks % 1'000 == 0)
                alive = is_alive();
            if (looks > 100)
                ::sched_yield();
        }
    }

    const std::size_t size, slots;
    alignas(64) std::atomic<std::size_t> written = 0;
    alignas(64) std::atomic<std::size_t> read = 0;
    alignas(64) char memory[2 * ring::longest];
};
