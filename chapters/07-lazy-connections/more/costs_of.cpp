// costs_of: runs a command, and says what it and the server use meanwhile. For
// loaders that do not say so themselves.
//
//     tools/with_postgres.sh build/bin/costs_of sleep 1
#include "05-io-bound/command.hpp"
#include "05-io-bound/process_memory.hpp"
#include "05-io-bound/samples_table.hpp"
#include "05-io-bound/server_counters.hpp"
#include "05-io-bound/server_processes.hpp"
#include "common/cli.hpp"
#include "common/stopwatch.hpp"

#include <fmt/core.h>

#include <algorithm>

int main(int argc, char** argv) try {
    std::vector<std::string> command = {"true"};
    cli("costs_of", "What a command and the server use.")
        .command(command)
        .parse(argc, argv);
    stop_on_signals();
    pg_connection db;
    const auto server = server_processes::find(db);
    if (!server)
        throw missing("only on the book's own server it can be seen; it is "
                      "one command away: tools/with_postgres.sh");
    fmt::print("{}\n", command[0]);
    std::fflush(stdout);
    const auto syncs = wal_syncs(db);
    const double before = server->cpu_s();
    const stopwatch clock;

    std::int64_t kib = 0, server_kib = 0, connections = 0;
    process child([&]() -> int { become(command); });
    // To add up memory takes long: not often, and of it the most.
    while (!child.join(std::chrono::milliseconds(200))) {
        connections = std::max<std::int64_t>(
            connections,
            std::stoll(db.run("SELECT count(*) - 1 FROM pg_stat_activity"
                              " WHERE backend_type = 'client backend'")
                           .text(0, 0)));
        kib = std::max(kib, memory_kib(child.pid()));
        server_kib = std::max(server_kib, server->kib());
    }
    const double seconds = clock.seconds();
    fmt::print("cores_busy: {:.3f}\n",
               1e-6 * used_up::so_far(RUSAGE_CHILDREN).cpu_us / seconds);
    fmt::print("server_cores_busy: {:.3f}\n",
               (server->cpu_s() - before) / seconds);
    if (server_kib > 0) // it took long enough for a look
        fmt::print("client_kib: {}\nserver_kib: {}\nconnections: {}\n", kib,
                   server_kib, connections);
    if (syncs)
        fmt::print("wal_syncs: {}\n", *wal_syncs(db) - *syncs);
    return finish(child.exit_code().value_or(1), 0);
} catch (...) {
    return failed("costs_of");
}
