// What the fetch_* programs have in common: the URLs, and what came of them.
#pragma once

#include "http.hpp"
#include "slow_server.hpp"

#include "common/cli.hpp"
#include "common/stopwatch.hpp"

#include <atomic>
#include <cstdint>
#include <string>

struct fetch_job {
    std::int64_t requests = 100, delay_ms = 20, errors = 0, slow = 0;
};

cli fetch_options(const char* program, const char* what, fetch_job& job);

std::string url_path(const fetch_job& job, std::int64_t number);

// May be counted in by several threads.
struct fetched {
    std::atomic<std::int64_t> good = 0, refused = 0, failed = 0;

    // One URL: whatever goes wrong with it is no reason to lose the others.
    void fetch(std::uint16_t port, const std::string& path);

    void count(const http_answer& answer, const std::string& path);
    // In a catch block. Throws again what is about more than this URL.
    void count_failure();
};

// `late`: whom a limit has ended, if there is one.
int finish_fetches(const fetch_job& job, const fetched& all,
                   slow_server& server, double seconds, std::int64_t late = 0);
