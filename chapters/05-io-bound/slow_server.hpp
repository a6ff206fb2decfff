// A server on this machine that is as slow as the one who asks wants it: what
// the sources' programs asked of the Internet.
//
//     GET /delay/20       an answer after 20 ms, 60,000 at most
//     GET /status/503     an answer with this status, 200 to 599
//     GET /drop           no answer: it hangs up
#pragma once

#include "loopback.hpp"

#include <string_view>

// The number after `prefix`, or -1 where `path` is not just these.
int number_after(std::string_view path, std::string_view prefix);

[[noreturn]] void serve_slowly(int listening);

struct slow_server : local_server {
    slow_server() : local_server(serve_slowly) {}
};
