#include "../async_postgres.hpp"

#include <utility>

namespace {
struct one_more { // also for who is cancelled
    explicit one_more(int& all) : of(all) { ++of; }
    ~one_more() { --of; }
    int& of;
};
} // namespace

task<std::unique_ptr<async_connection>> async_connection::connect() {
    std::unique_ptr<async_connection> db(new async_connection);
    for (auto next = PGRES_POLLING_WRITING; db->is_connecting(next);) {
        const int fd = PQsocket(db->raw()); // each time: it may be another
        if (next == PGRES_POLLING_READING)
            co_await readable(fd);
        else
            co_await writable(fd);
        next = PQconnectPoll(db->raw());
    }
    db->must_be_connected();
    db->must(PQsetnonblocking(db->raw(), 1) == 0);
    co_return std::move(db);
}

task<pg_result> async_connection::async_run(const std::string& sql) {
    co_return checked(co_await answer_to(PQsendQuery(raw(), sql.c_str())));
}

task<pg_result>
async_connection::async_run(const std::string& sql,
                            std::span<const char* const> parameters) {
    co_return checked(co_await answer_to(PQsendQueryParams(
        raw(), sql.c_str(), static_cast<int>(parameters.size()), nullptr,
        parameters.data(), nullptr, nullptr, /*result as text*/ 0)));
}

task<void> async_connection::async_prepare(const std::string& name,
                                           const std::string& sql) {
    checked(co_await answer_to(
        PQsendPrepare(raw(), name.c_str(), sql.c_str(), 0, nullptr)));
}

task<pg_result>
async_connection::async_execute(const std::string& name,
                                std::span<const char* const> parameters) {
    co_return checked(co_await answer_to(send_execute(name, parameters)));
}

task<void> async_connection::async_copy_begin(const std::string& sql) {
    const pg_result answer =
        co_await answer_to(PQsendQuery(raw(), sql.c_str()));
    if (answer.status() != PGRES_COPY_IN)
        throw failure(answer);
}

task<void> async_connection::async_copy_send(std::string_view data) {
    must(PQputCopyData(raw(), data.data(), static_cast<int>(data.size())) == 1);
    co_await flush();
}

task<void> async_connection::async_copy_end(std::int64_t rows) {
    const pg_result answer =
        checked(co_await answer_to(PQputCopyEnd(raw(), nullptr)));
    if (answer.affected() != rows)
        throw wrong_result("COPY: the server took "
                           + std::to_string(answer.affected()) + " rows of "
                           + std::to_string(rows));
}

void async_connection::begin_pipeline() {
    must(PQenterPipelineMode(raw()) == 1);
}

void async_connection::end_pipeline() {
    must(PQexitPipelineMode(raw()) == 1);
    count_round_trips(1); // one for all
}

void async_connection::pipeline_run(const std::string& sql) {
    expect(PQsendQueryParams(raw(), sql.c_str(), 0, nullptr, nullptr, nullptr,
                             nullptr, /*result as text*/ 0));
}

void async_connection::pipeline_execute(
    const std::string& name, std::span<const char* const> parameters) {
    expect(send_execute(name, parameters));
}

void async_connection::pipeline_sync() {
    expect(PQpipelineSync(raw()));
}

task<void> async_connection::pipeline_flush() {
    return flush();
}

task<pg_result> async_connection::pipeline_answer(ExecStatusType expected) {
    while (answers_due_ == 0) // for then libpq says "no more", at once
        co_await sent_.wait();
    for (;;) {
        co_await arrived();
        PGresult* next = PQgetResult(raw());
        if (next == nullptr) { // the end of the one before, or of all
            must(PQstatus(raw()) == CONNECTION_OK);
            continue;
        }
        pg_result answer(next);
        if (expected == PGRES_PIPELINE_SYNC
            && answer.status() == PGRES_FATAL_ERROR)
            throw failure(answer);
        --answers_due_;
        if (answer.status() == PGRES_PIPELINE_ABORTED)
            throw pipeline_skipped();
        if (answer.status() != expected)
            throw failure(answer);
        co_return std::move(answer);
    }
}

int async_connection::send_execute(const std::string& name,
                                   std::span<const char* const> parameters) {
    return PQsendQueryPrepared(
        raw(), name.c_str(), static_cast<int>(parameters.size()),
        parameters.data(), nullptr, nullptr, /*result as text*/ 0);
}

// Who is refused while another task waits must not read: that one would
// wait for ever for what has come already.
pg_error async_connection::failure(const pg_result& answer) {
    if (waits_ == 0)
        return pg_connection::failure(answer);
    const std::string state = answer.sqlstate();
    const bool broken = state.empty() && PQstatus(raw()) != CONNECTION_OK;
    return {PQerrorMessage(raw()), broken ? "08006" : state};
}

void async_connection::must(bool done) {
    if (!done)
        throw failure();
}

void async_connection::expect(int sent) {
    must(sent == 1);
    ++answers_due_;
    sent_.notify_all();
}

//> answer
// Hands what we have sent to the kernel, which may have no room for it.
task<void> async_connection::flush() {
    for (int left = 1; (left = PQflush(raw())) != 0;) {
        must(left == 1);
        co_await room();
    }
}

// Waits until PQgetResult() does not.
task<void> async_connection::arrived() {
    while (PQisBusy(raw()) == 1) {
        {
            const one_more here(waits_);
            co_await readable(PQsocket(raw()));
        }
        must(PQconsumeInput(raw()) == 1);
    }
}

// The last of the answers to what was sent.
task<pg_result> async_connection::answer_to(int sent) {
    must(sent == 1);
    count_round_trips(1);
    co_await flush();
    for (pg_result last;;) {
        co_await arrived();
        PGresult* next = PQgetResult(raw());
        if (next == nullptr)
            co_return std::move(last);
        last = pg_result(next);
        if (last.status() == PGRES_COPY_IN || last.status() == PGRES_COPY_OUT)
            co_return std::move(last);
    }
}
//< answer

// The kernel has room when the server has read; and that may wait until we
// have read what it says, notices for instance. (In a pipeline another task
// reads.)
task<void> async_connection::room() {
    auto reads = [&]() -> task<void> {
        for (;;) {
            co_await readable(PQsocket(raw()));
            must(PQconsumeInput(raw()) == 1);
        }
    };
    auto both = [&](task_group& group) -> task<void> {
        if (PQpipelineStatus(raw()) == PQ_PIPELINE_OFF)
            group.spawn(reads(), "reads notices");
        co_await writable(PQsocket(raw()));
        group.cancel();
    };
    const one_more here(waits_);
    co_await in_group_or_first_error(both);
}
