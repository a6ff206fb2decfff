#include "../postgres.hpp"

#include "common/descriptor.hpp"

#include <poll.h>
#include <pthread.h>
#include <unistd.h>

connection_options options_of(const std::string& url) {
    return {PQconninfoParse(url.c_str(), nullptr), PQconninfoFree};
}

std::string database_url() {
    const char* url = std::getenv("DATABASE_URL");
    if (url == nullptr || *url == '\0')
        throw missing(std::string("DATABASE_URL is not set; ")
                      + how_to_get_a_server);
    if (options_of(url) == nullptr)
        throw missing(std::string("DATABASE_URL cannot be read; ")
                      + how_to_get_a_server);
    return url;
}

std::string socket_directory(const std::string& url) {
    const connection_options options = options_of(url);
    for (auto* one = options.get(); one != nullptr && one->keyword != nullptr;
         ++one)
        if (std::string_view(one->keyword) == "host" && one->val != nullptr
            && *one->val == '/')
            return one->val;
    throw missing(std::string("DATABASE_URL names no Unix socket; ")
                  + how_to_get_a_server);
}

bool may_pass(std::string_view sqlstate) {
    for (const char* one :
         {"08000", "08001", "08003", "08006", "08007", "25P03", "25P04",
          "40001", "40P01", "53300", "57P01", "57P02", "57P03", "57P05"})
        if (sqlstate == one)
            return true;
    return false;
}

pid_t this_process() {
    static pid_t number = ::getpid();
    static const bool is_told =
        ::pthread_atfork(nullptr, nullptr,
                         /*in the child*/ [] { number = ::getpid(); })
        == 0;
    return is_told ? number : ::getpid();
}

pg_connection::pg_connection(end_of_waiting end)
    : pg_connection(unconnected{}) {
    end_ = end;
    for (auto next = PGRES_POLLING_WRITING; is_connecting(next);) {
        if (!ready(next == PGRES_POLLING_READING ? POLLIN : POLLOUT))
            throw no_connection("the server does not answer", "08001");
        next = PQconnectPoll(raw());
    }
    must_be_connected();
}

bool pg_connection::answers(clock::time_point end) try {
    wait_until(end);
    run("");
    wait_until({});
    return is_idle();
} catch (const pg_error&) {
    return false;
}

pg_result pg_connection::run(const std::string& sql) {
    return checked(answer_to(PQsendQuery(raw(), sql.c_str())));
}

pg_result pg_connection::run(const std::string& sql,
                             std::span<const char* const> parameters) {
    return checked(answer_to(PQsendQueryParams(
        raw(), sql.c_str(), static_cast<int>(parameters.size()), nullptr,
        parameters.data(), nullptr, nullptr, /*result as text*/ 0)));
}

void pg_connection::create(const std::string& what) {
    run("BEGIN; SELECT pg_advisory_xact_lock(7); CREATE " + what + "; COMMIT");
}

void pg_connection::prepare(const std::string& name, const std::string& sql) {
    checked(
        answer_to(PQsendPrepare(raw(), name.c_str(), sql.c_str(), 0, nullptr)));
}

pg_result pg_connection::execute(const std::string& name,
                                 std::span<const char* const> parameters) {
    return checked(answer_to(PQsendQueryPrepared(
        raw(), name.c_str(), static_cast<int>(parameters.size()),
        parameters.data(), nullptr, nullptr, /*result as text*/ 0)));
}

std::string pg_connection::quoted_name(std::string_view name) const {
    if (name.empty() || name.size() > 63 || name.find('\0') != name.npos)
        throw pg_error("a name has 1 to 63 bytes, none of them zero", "42602");
    const std::unique_ptr<char, decltype(&PQfreemem)> quoted(
        PQescapeIdentifier(raw(), name.data(), name.size()), PQfreemem);
    if (quoted == nullptr)
        throw pg_error(error(), "22021");
    return quoted.get();
}

void pg_connection::copy_begin(const std::string& sql) {
    const pg_result answer = answer_to(PQsendQuery(raw(), sql.c_str()));
    if (answer.status() != PGRES_COPY_IN)
        throw failure(answer);
}

void pg_connection::copy_send(std::string_view data) {
    if (PQputCopyData(raw(), data.data(), static_cast<int>(data.size())) != 1)
        throw failure();
}

void pg_connection::copy_end(std::int64_t rows) {
    const std::int64_t copied =
        checked(answer_to(PQputCopyEnd(raw(), nullptr))).affected();
    if (copied != rows)
        throw wrong_result("COPY: the server took " + std::to_string(copied)
                           + " rows of " + std::to_string(rows));
}

void pg_connection::copy_out(
    const std::string& sql, const std::function<void(std::string_view)>& line) {
    const pg_result answer = answer_to(PQsendQuery(raw(), sql.c_str()));
    if (answer.status() != PGRES_COPY_OUT)
        throw failure(answer);
    int size = 0;
    for (char* data = nullptr; (size = PQgetCopyData(raw(), &data, 0)) > 0;) {
        const std::unique_ptr<char, decltype(&PQfreemem)> owner(data,
                                                                PQfreemem);
        line(std::string_view(data, static_cast<std::size_t>(size)));
    }
    if (size == -2)
        throw failure();
    while (PGresult* end = PQgetResult(raw()))
        checked(pg_result(end));
}

pg_connection::pg_connection(unconnected) {
    ++connections_;
    const std::string url = database_url();
    const char* names[] = {"dbname", "fallback_application_name", nullptr};
    const char* values[] = {url.c_str(), "many-hands", nullptr};
    raw_.reset(PQconnectStartParams(names, values, /*expand_dbname*/ 1));
    // While connecting, the text is the only place where libpq says the
    // SQLSTATE.
    PQsetErrorVerbosity(raw(), PQERRORS_VERBOSE);
    // Notices ("already exists, skipping") are not for the reader, and
    // errors become exceptions.
    const PQnoticeProcessor ignore = [](void*, const char*) {};
    PQsetNoticeProcessor(raw(), ignore, nullptr);
}

bool pg_connection::is_connecting(PostgresPollingStatusType next) const {
    return PQstatus(raw()) != CONNECTION_BAD
           && (next == PGRES_POLLING_READING || next == PGRES_POLLING_WRITING);
}

void pg_connection::must_be_connected() {
    if (PQstatus(raw()) != CONNECTION_OK)
        throw connecting_failed();
    PQsetErrorVerbosity(raw(), PQERRORS_DEFAULT);
}

PGconn* pg_connection::raw() const {
    if (this_process() != raw_.get_deleter().owner)
        throw std::logic_error("this connection is another process's: "
                               "connect after the fork");
    return raw_.get();
}

pg_error pg_connection::failure(const pg_result& answer) {
    const std::string text = error(), state = answer.sqlstate();
    return {text, state.empty() && !is_connected() ? "08006" : state};
}

pg_result pg_connection::checked(pg_result answer) {
    const ExecStatusType status = answer.status();
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK
        && status != PGRES_EMPTY_QUERY)
        throw failure(answer);
    return answer;
}

bool pg_connection::ready(short events) const {
    std::vector<pollfd> ends = {{PQsocket(raw()), events, 0}};
    if (!end_)
        return wait_for(ends);
    return wait_for(ends, std::chrono::ceil<std::chrono::milliseconds>(
                              *end_ - clock::now()));
}

pg_result pg_connection::answer_to(int sent) {
    ++round_trips_;
    pg_result last;
    while (sent == 1) {
        while (PQisBusy(raw()) == 1) {
            if (!ready(POLLIN))
                throw pg_error("the server does not answer", "08006");
            if (PQconsumeInput(raw()) == 0)
                throw failure();
        }
        PGresult* next = PQgetResult(raw());
        if (next == nullptr)
            return last;
        last = pg_result(next);
        if (last.status() == PGRES_COPY_IN || last.status() == PGRES_COPY_OUT)
            return last;
    }
    throw failure();
}

bool pg_connection::is_connected() {
    pollfd end = {PQsocket(raw()), POLLIN, 0};
    while (end.fd != -1 && ::poll(&end, 1, 0) == 1
           && PQconsumeInput(raw()) == 1)
        PQisBusy(raw()); // reads what has come
    return PQstatus(raw()) == CONNECTION_OK;
}

// What libpq says is "... failed: FATAL:  28P01: password ...", and then a
// line for those who work on PostgreSQL.
no_connection pg_connection::connecting_failed() const {
    std::string text = error(), state = "08001";
    text = text.substr(0, text.find("\nLOCATION:"));
    const auto at = text.find(":  ", text.find(" failed: "));
    if (at != text.npos && text.size() >= at + 10
        && text.compare(at + 8, 2, ": ") == 0)
        state = text.substr(at + 3, 5);
    return {text + "; " + how_to_get_a_server, state};
}

bool pg_connection::is_idle() {
    return PQtransactionStatus(raw()) == PQTRANS_IDLE && is_connected();
}
