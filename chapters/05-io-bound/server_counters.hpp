// What the server counted while a program loaded.
// Source: PostgreSQL documentation, "The Cumulative Statistics System".
#pragma once

#include "postgres.hpp"

#include <cstdint>
#include <optional>

// WAL flushes of the whole server so far. Nothing where that is not to be had:
// before PostgreSQL 15 statistics cannot be flushed on demand, and on a server
// that is not our private one others flush too.
std::optional<std::int64_t> wal_syncs(pg_connection& db);

// A session's counters reach the statistics late; this makes it now. Every
// session that loaded calls it before wal_syncs() is read.
void flush_statistics(pg_connection& db);
