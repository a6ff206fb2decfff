// Messages of a fixed size through a stream, such as a pipe or a socket.
#pragma once

#include "common/check.hpp"

#include <sys/types.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <stdexcept>

// read(2) and write(2) may take or give less than all: calls until it is done.
// Throws system_error; or runtime_error at the stream's end.
template<class Call, class Bytes>
void whole(Call call, int fd, Bytes* at, std::size_t bytes) {
    for (Bytes* const end = at + bytes; at < end;) {
        const auto done = call(fd, at, static_cast<std::size_t>(end - at));
        if (done == 0)
            throw std::runtime_error("the stream has ended");
        if (done == -1 && errno != EINTR)
            throw_errno("stream");
        at += std::max<ssize_t>(done, 0);
    }
}
