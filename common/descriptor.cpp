#include "common/descriptor.hpp"

#include "common/stopwatch.hpp"

#include <fcntl.h>

#include <algorithm>
#include <climits>
#include <filesystem>

descriptor temporary_file() {
    const auto place = std::filesystem::temp_directory_path();
    int fd = ::open(place.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (fd == -1) { // some file systems cannot do that: a name for a moment
        std::string name = place / "many-hands.XXXXXX";
        fd = check(::mkostemp(name.data(), O_CLOEXEC), name);
        check(::unlink(name.c_str()), name);
    }
    return descriptor(fd);
}

bool wait_for(std::vector<pollfd>& ends,
              std::optional<std::chrono::milliseconds> timeout) {
    const stopwatch clock;
    const auto limit = std::clamp<std::int64_t>(
        timeout.value_or(std::chrono::milliseconds(0)).count(), 0, INT_MAX);
    ends.push_back({stop_event, POLLIN, 0}); // poll() passes over a -1
    int ready = -1;
    while (ready == -1) {
        const auto passed = std::int64_t(1e3 * clock.seconds());
        const auto left = int(std::max<std::int64_t>(limit - passed, 0));
        ready = ::poll(ends.data(), ends.size(), timeout ? left : -1);
        if (ready == -1 && errno != EINTR)
            throw_errno("poll");
    }
    ends.pop_back();
    throw_if_stopped();
    return ready > 0;
}
