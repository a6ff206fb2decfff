// who_waits: reading a pipe and reading a file, each with O_NONBLOCK. A pipe
// says that it would have to wait. A file never does: it waits for the disk.
//
//     TMPDIR=/var/tmp build/bin/who_waits
#include "common/check.hpp"
#include "common/cli.hpp"
#include "common/descriptor.hpp"
#include "common/stopwatch.hpp"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/uio.h>
#include <sys/vfs.h>

#include <cstring>

static std::string outcome(ssize_t size, const stopwatch& clock) {
    const int error = errno;
    return size >= 0
               ? fmt::format("{} bytes after {:.0f} us", size,
                             1e6 * clock.seconds())
               : fmt::format("{} after {:.0f} us", ::strerrorname_np(error),
                             1e6 * clock.seconds());
}

// What poll() says, and then what read() does.
static bool show(const char* what, int fd, bool drop_cache) {
    pollfd end = {fd, POLLIN, 0};
    const bool ready = check(::poll(&end, 1, 0), "poll") == 1;
    std::string bytes(1 << 20, '\0');
    if (drop_cache)
        check(::posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED), "fadvise");
    const stopwatch clock;
    const ssize_t size = ::read(fd, bytes.data(), bytes.size());
    fmt::print("{}: {}, read: {}\n", what, ready ? "ready" : "not ready",
               outcome(size, clock));
    return ready && size > 0;
}

int main(int argc, char** argv) try {
    cli("who_waits", "Reads without waiting, or tries to.").parse(argc, argv);
    fmt::print("reads of 1 MiB, with O_NONBLOCK\n");
    int ends[2];
    check(::pipe2(ends, O_CLOEXEC | O_NONBLOCK), "pipe");
    const descriptor from(ends[0]), to(ends[1]);
    const descriptor file = temporary_file();
    check(::fcntl(file.get(), F_SETFL, O_NONBLOCK), "fcntl");
    const std::string bytes(1 << 20, 'x');
    check(::write(file.get(), bytes.data(), bytes.size()), "write");
    check(::fsync(file.get()), "fsync"); // or it could not leave the cache
    const auto rewind = [&] {
        check(::lseek(file.get(), 0, SEEK_SET), "seek");
    };

    //> reads
    int ready = show("an empty pipe", from.get(), false);
    check(::write(to.get(), "x", 1), "write");
    ready += show("a pipe with a byte", from.get(), false);
    rewind();
    ready += show("a file, in memory", file.get(), false);
    rewind();
    struct statfs place = {};
    check(::fstatfs(file.get(), &place), "fstatfs");
    const std::string far = place.f_type == TMPFS_MAGIC
                                ? "a file of a tmpfs, which has no disk"
                                : "a file, on the disk";
    ready += show(far.c_str(), file.get(), true);
    //< reads
    // A call that does not wait exists, for files, too: but nothing tells when
    // to call it again.
    check(::posix_fadvise(file.get(), 0, 0, POSIX_FADV_DONTNEED), "fadvise");
    std::string room(bytes.size(), '\0');
    const iovec where = {room.data(), room.size()};
    const stopwatch clock;
    const ssize_t size = ::preadv2(file.get(), &where, 1, 0, RWF_NOWAIT);
    fmt::print("{}, by preadv2 and RWF_NOWAIT: {}\n", far,
               outcome(size, clock));
    return finish(ready, 3);
} catch (...) {
    return failed("who_waits");
}
