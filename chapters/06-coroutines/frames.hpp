// What a program of this chapter prints about its coroutines.
#pragma once

#include "task.hpp"

#include <fmt/core.h>

// Every frame must be gone at the end. Throws wrong_result otherwise.
inline void print_coroutine_frames(frame_counts counts = frames) {
    fmt::print("coroutines created: {}, destroyed: {}\n", counts.created,
               counts.destroyed);
    if (counts.created != counts.destroyed)
        throw wrong_result(fmt::format("{} coroutines are left",
                                       counts.created - counts.destroyed));
}
