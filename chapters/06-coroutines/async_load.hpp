// What the loaders of this chapter have in common.
#pragma once

#include "async_postgres.hpp"
#include "frames.hpp"

#include "05-io-bound/loopback.hpp"
#include "05-io-bound/samples_table.hpp"

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

using async_sessions = std::vector<std::unique_ptr<async_connection>>;

// Connected, with prepare_insert()'s statement. A session whose client has gone
// ends within half a second, even if it waits for a lock meanwhile.
task<std::unique_ptr<async_connection>> connect_loader();

// So many of them, at most 20 at a time: the server has a queue for those that
// knock, which is not long.
task<async_sessions> connect_all(std::int64_t count);

// For samples_load, which asks them without waiting in the loop.
std::vector<pg_connection*> as_blocking(const async_sessions& all);

// Sends one row, and waits for the answer.
task<void> insert_row(async_connection& db, sample_source source,
                      std::int64_t row);

// Loads rows [first, end), each in a transaction of its own.
task<void> load_rows(async_connection& db, sample_source source,
                     std::int64_t first, std::int64_t end, samples_load& load);

// Rows [first, end), by a task for each session, which has an equal part.
task<void>
load_rows_by(std::span<const std::unique_ptr<async_connection>> sessions,
             sample_source source, std::int64_t first, std::int64_t end,
             samples_load& load);

// Rows [first, end) as one COPY, as copy_rows() does.
task<void> async_copy_rows(async_connection& db, sample_source source,
                           std::int64_t first, std::int64_t end,
                           samples_load& load);
