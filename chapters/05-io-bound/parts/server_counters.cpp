#include "../server_counters.hpp"

#include <string>

std::optional<std::int64_t> wal_syncs(pg_connection& db) {
    const pg_result server =
        db.run("SELECT current_setting('server_version_num')::int,"
               " current_setting('many_hands.private', true)");
    const int version = std::stoi(server.text(0, 0));
    if (server.text(0, 1) != "on" || version < 150000)
        return std::nullopt;
    return std::stoll(
        db.run(version < 180000
                   ? "SELECT wal_sync FROM pg_stat_wal"
                   : "SELECT sum(fsyncs) FROM pg_stat_io WHERE object = 'wal'")
            .text(0, 0));
}

void flush_statistics(pg_connection& db) {
    const pg_result server =
        db.run("SELECT current_setting('server_version_num')::int");
    if (std::stoi(server.text(0, 0)) >= 150000)
        db.run("SELECT pg_stat_force_next_flush()");
}
