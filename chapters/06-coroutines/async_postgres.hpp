// Chapter 05's connection for tasks: while one waits for the server, the others
// go on. The calls of libpq are those that never wait; the loop waits.
//
//     const auto db = co_await async_connection::connect();
//     co_await db->async_run("SELECT 1");
//
// One conversation, as before: who calls while another task still waits for
// its answer gets libpq's error ("another command is already in progress"), so
// tasks that share a connection need a lock. A task that is cancelled while it
// waits leaves the answer behind: the connection is not idle, and of no use any
// more. (What it calls without `async_`, run() and its like, blocks the loop.)
// A large parameter takes long, for libpq moves what is left of it after each
// part that it has sent: send large values by COPY, in pieces.
//
// Source: PostgreSQL documentation, "Asynchronous Command Processing",
// "Pipeline Mode".
#pragma once

#include "async_condition.hpp"
#include "event_loop.hpp"
#include "task_group.hpp"

#include "05-io-bound/postgres.hpp"

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

// A command in a pipeline that the server has skipped, for one before it
// failed.
struct pipeline_skipped : pg_error {
    pipeline_skipped() : pg_error("skipped, for another one failed", "") {}
};

class async_connection : public pg_connection {
  public:
    // Throws no_connection.
    static task<std::unique_ptr<async_connection>> connect();

    // As run() and its like; the texts must live until the answer is there.
    task<pg_result> async_run(const std::string& sql);
    task<pg_result> async_run(const std::string& sql,
                              std::span<const char* const> parameters);
    task<void> async_prepare(const std::string& name, const std::string& sql);
    task<pg_result> async_execute(const std::string& name,
                                  std::span<const char* const> parameters);

    // As copy_begin() and its like.
    task<void> async_copy_begin(const std::string& sql);
    task<void> async_copy_send(std::string_view data);
    task<void> async_copy_end(std::int64_t rows);

    // Between begin_pipeline() and end_pipeline() who sends does not wait for
    // the answers; they come in the same order. One task sends, and another one
    // takes the answers meanwhile: or, when both buffers are full, each side
    // waits for the other one to read.
    void begin_pipeline();
    void end_pipeline(); // when all answers were taken
    // These only write into a buffer, which pipeline_flush() sends.
    void pipeline_run(const std::string& sql);
    void pipeline_execute(const std::string& name,
                          std::span<const char* const> parameters);
    // Ends a transaction, unless there was a BEGIN; and after an error, what
    // the server skips. It has an answer of its own. Up to here the server
    // keeps answers back, until they fill its buffer.
    void pipeline_sync();
    // While it writes, libpq may read answers, of which nobody else hears
    // before the next one comes. So do not wait for answers without a sync
    // behind them.
    task<void> pipeline_flush();
    // The next answer, which must be of this kind: PGRES_COMMAND_OK,
    // PGRES_TUPLES_OK, or PGRES_PIPELINE_SYNC. Throws pipeline_skipped, or the
    // pg_error that its command has met; a sync that could not commit throws,
    // too, and its own answer still comes after that.
    task<pg_result> pipeline_answer(ExecStatusType expected);

  private:
    async_connection() : pg_connection(unconnected{}) {}

    int send_execute(const std::string& name,
                     std::span<const char* const> parameters);
    pg_error failure(const pg_result& answer = pg_result());
    void must(bool done);
    void expect(int sent);
    task<void> flush();
    task<void> arrived();
    task<pg_result> answer_to(int sent);
    task<void> room();

    int waits_ = 0;                // tasks, for the socket
    std::int64_t answers_due_ = 0; // of a pipeline
    async_condition sent_;
};
