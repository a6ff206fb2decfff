// Loaded into a program by LD_PRELOAD, to be a disk that fails:
// FAILS="write 3 28" makes the third write to a regular file fail with error
// 28; "fsync ...", "close ..." and "rename ..." likewise. A close that fails
// has closed.
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <dlfcn.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>

static bool fails(const char* call, int fd) {
    static const char* const plan = std::getenv("FAILS");
    static std::atomic<int> calls = 0;
    char failing[16] = "";
    int which = 0, error = 0;
    struct stat about;
    if (plan == nullptr
        || std::sscanf(plan, "%15s %d %d", failing, &which, &error) != 3
        || std::strcmp(failing, call) != 0
        || (fd != -1 && (::fstat(fd, &about) != 0 || !S_ISREG(about.st_mode)))
        || ++calls != which)
        return false;
    errno = error;
    return true;
}

extern "C" ssize_t write(int fd, const void* bytes, size_t count) {
    static const auto real =
        reinterpret_cast<decltype(&write)>(::dlsym(RTLD_NEXT, "write"));
    return fails("write", fd) ? -1 : real(fd, bytes, count);
}
extern "C" int fsync(int fd) {
    static const auto real =
        reinterpret_cast<decltype(&fsync)>(::dlsym(RTLD_NEXT, "fsync"));
    return fails("fsync", fd) ? -1 : real(fd);
}
extern "C" int close(int fd) {
    static const auto real =
        reinterpret_cast<decltype(&close)>(::dlsym(RTLD_NEXT, "close"));
    const bool failing = fails("close", fd);
    const int error = errno, closed = real(fd);
    if (!failing)
        return closed;
    errno = error;
    return -1;
}
extern "C" int rename(const char* from, const char* to) noexcept {
    static const auto real =
        reinterpret_cast<int (*)(const char*, const char*)>(
            ::dlsym(RTLD_NEXT, "rename"));
    return fails("rename", -1) ? -1 : real(from, to);
}
