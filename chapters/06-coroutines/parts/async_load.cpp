#include "../async_load.hpp"

#include "../async_semaphore.hpp"

#include <fmt/core.h>

task<std::unique_ptr<async_connection>> connect_loader() {
    auto db = co_await async_connection::connect();
    co_await db->async_run( // which is new in 14
        "SELECT set_config('client_connection_check_interval', '500ms', false)"
        " WHERE current_setting('server_version_num')::int >= 140000");
    co_await db->async_prepare("insert_sample", insert_rows(1));
    co_return std::move(db);
}

task<async_sessions> connect_all(std::int64_t count) {
    async_sessions all;
    async_semaphore permits(20);
    auto connect_one = [&](async_semaphore::permit) -> task<void> {
        all.push_back(co_await connect_loader());
    };
    auto body = [&](task_group& group) -> task<void> {
        for (std::int64_t i = 0; i < count; ++i)
            group.spawn(connect_one(co_await permits.acquire()), "connects");
    };
    co_await in_group_or_first_error(body);
    co_return std::move(all);
}

std::vector<pg_connection*> as_blocking(const async_sessions& all) {
    std::vector<pg_connection*> found;
    for (const auto& one : all)
        found.push_back(one.get());
    return found;
}

task<void> insert_row(async_connection& db, sample_source source,
                      std::int64_t row) {
    const row_as_text values(source, row);
    co_await db.async_execute("insert_sample", values.columns());
}

//> load_rows
task<void> load_rows(async_connection& db, sample_source source,
                     std::int64_t first, std::int64_t end, samples_load& load) {
    for (std::int64_t row = first; row < end; ++row) {
        load.row_begins();
        co_await db.async_run("BEGIN");
        co_await insert_row(db, source, row);
        co_await db.async_run("COMMIT");
    }
}

task<void>
load_rows_by(std::span<const std::unique_ptr<async_connection>> sessions,
             sample_source source, std::int64_t first, std::int64_t end,
             samples_load& load) {
    const std::int64_t rows = end - first, parts = std::ssize(sessions);
    auto body = [&](task_group& group) -> task<void> {
        for (std::int64_t i = 0; i < parts; ++i)
            group.spawn(load_rows(*sessions[std::size_t(i)], source,
                                  first + rows * i / parts,
                                  first + rows * (i + 1) / parts, load),
                        "loads rows");
        co_return;
    };
    co_await in_group_or_first_error(body);
}
//< load_rows

task<void> async_copy_rows(async_connection& db, sample_source source,
                           std::int64_t first, std::int64_t end,
                           samples_load& load) {
    co_await db.async_copy_begin(
        fmt::format("COPY {} FROM STDIN", samples_table));
    std::string lines;
    for (std::int64_t row = first; row < end; ++row) {
        load.row_begins();
        append_line(lines, row_as_text(source, row));
        if (lines.size() > 65'536) {
            co_await db.async_copy_send(lines);
            lines.clear();
        }
    }
    co_await db.async_copy_send(lines);
    co_await db.async_copy_end(end - first);
}
