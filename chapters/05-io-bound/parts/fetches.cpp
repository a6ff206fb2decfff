#include "../fetches.hpp"

#include "02-threads/thread_info.hpp"
#include "common/check.hpp"

#include <fmt/core.h>

#include <algorithm>

cli fetch_options(const char* program, const char* what, fetch_job& job) {
    cli options(program, what);
    options.number("requests", job.requests, 1, 1'000'000, "URLs to fetch")
        .number("delay-ms", job.delay_ms, 0, 60'000, "until each answers")
        .number("errors", job.errors, 0, 1'000'000,
                "of them: one answers 503, the next hangs up, and so on")
        .number("slow", job.slow, 0, 1'000'000,
                "of the others: these take ten times as long");
    return options;
}

std::string url_path(const fetch_job& job, std::int64_t number) {
    if (number < job.errors)
        return number % 2 == 0 ? "/status/503" : "/drop";
    const bool slow = number < job.errors + job.slow;
    return fmt::format("/delay/{}",
                       std::min<std::int64_t>(
                           slow ? 10 * job.delay_ms : job.delay_ms, 60'000));
}

void fetched::fetch(std::uint16_t port, const std::string& path) try {
    count(http_get(port, path), path);
} catch (...) {
    count_failure();
}

void fetched::count(const http_answer& answer, const std::string& path) {
    ++(answer.status == 200 && answer.body == path + "\n" ? good : refused);
}

void fetched::count_failure() try { throw; } catch (const stopped_by_signal&) {
    throw;
} catch (const std::system_error& error) {
    for (const int ours : {EMFILE, ENFILE, ENOMEM, EADDRNOTAVAIL})
        if (error.code().value() == ours)
            throw; // we are out of something: all others would fail, too
    ++failed;
} catch (const std::exception&) {
    ++failed;
}

int finish_fetches(const fetch_job& job, const fetched& all,
                   slow_server& server, double seconds, std::int64_t late) {
    server.must_live(
        std::chrono::milliseconds(all.failed > job.errors ? 1000 : 0));
    fmt::print("threads: {}\n", threads_of_this_process().size());
    fmt::print("requests_per_s: {:.0f}\n", double(job.requests) / seconds);
    fmt::print("refused: {}\nfailed: {}\n", all.refused.load(),
               all.failed.load());
    return finish(all.good.load(),
                  job.requests - std::min(job.errors, job.requests) - late);
}
