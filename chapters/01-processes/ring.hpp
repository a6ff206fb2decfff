// A queue of messages in shared memory, for one writer and one reader.
#pragma once

#include "shared_memory.hpp"

#include <algorithm>
#include <cstring>

//> ring
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

    //> put
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
    //< put

    const std::size_t size, slots;
    shared_semaphore free, filled;
    std::size_t written = 0, read = 0; // each is used by one side only
    char memory[2 * longest];
};
