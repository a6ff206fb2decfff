// For tests of processes.
#pragma once

#include <sys/wait.h>

// Has this process any, living or dead?
inline bool has_children() {
    siginfo_t info = {};
    return ::waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0;
}
