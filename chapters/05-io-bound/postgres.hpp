// libpq behind two RAII types. A connection is one session on the server and
// one conversation with it: never used by two threads at a time, never
// carried across fork.
// Source: PostgreSQL documentation, part IV, "libpq - C Library".
#pragma once

#include "common/check.hpp"
#include "common/descriptor.hpp"

#include <libpq-fe.h>
#include <poll.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// The server that a program may use: the one that DATABASE_URL names. One that
// libpq would find by itself belongs to the reader. Throws `missing`.
inline constexpr const char* how_to_get_a_server =
    "a private server is one command away: "
    "tools/with_postgres.sh build/bin/PROGRAM";

using connection_options =
    std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)>;

// What a URL says; null if libpq cannot read it. Its words on that would hold
// the URL, and so a password, and are not for anybody.
inline connection_options options_of(const std::string& url) {
    return {PQconninfoParse(url.c_str(), nullptr), PQconninfoFree};
}

inline std::string database_url() {
    const char* url = std::getenv("DATABASE_URL");
    if (url == nullptr || *url == '\0')
        throw missing(std::string("DATABASE_URL is not set; ")
                      + how_to_get_a_server);
    if (options_of(url) == nullptr)
        throw missing(std::string("DATABASE_URL cannot be read; ")
                      + how_to_get_a_server);
    return url;
}

// The directory of its socket; throws `missing` if it has none.
inline std::string socket_directory(const std::string& url) {
    const connection_options options = options_of(url);
    for (auto* one = options.get(); one != nullptr && one->keyword != nullptr;
         ++one)
        if (std::string_view(one->keyword) == "host" && one->val != nullptr
            && *one->val == '/')
            return one->val;
    throw missing(std::string("DATABASE_URL names no Unix socket; ")
                  + how_to_get_a_server);
}

// An error of the server, or of the way to it. What kind it is says `sqlstate`,
// five characters of the SQL standard, and never the text, which is for people
// and in their language. 08006: the connection broke.
// Source: PostgreSQL documentation, "PostgreSQL Error Codes".
struct pg_error : std::runtime_error {
    pg_error(const std::string& text, std::string state)
        : std::runtime_error(text), sqlstate(std::move(state)) {}
    std::string sqlstate;
};

// There is no connection to be had. 08001: nobody was there, or answered.
struct no_connection : missing {
    no_connection(const std::string& text, std::string state)
        : missing(text), sqlstate(std::move(state)) {}
    std::string sqlstate;
};

// May it help to try again, after such an error? Yes if the connection broke,
// the server stops, starts or is full, or has sacrificed this transaction to
// another one. No if it has understood us, and says no.
inline bool may_pass(std::string_view sqlstate) {
    for (const char* one :
         {"57P01", "57P02", "57P03", "40001", "40P01", "53300"})
        if (sqlstate == one)
            return true;
    return sqlstate.starts_with("08");
}

// What the server answered; rows and columns count from 0.
class pg_result {
  public:
    explicit pg_result(PGresult* raw) : raw_(raw, PQclear) {}

    ExecStatusType status() const { return PQresultStatus(raw_.get()); }
    int rows() const { return PQntuples(raw_.get()); }
    bool is_null(int row, int column) const {
        return PQgetisnull(raw_.get(), row, column) == 1;
    }
    // A null is an empty text; and so is what is not there.
    std::string text(int row, int column) const {
        return row < rows() ? PQgetvalue(raw_.get(), row, column) : "";
    }
    // Rows that a command inserted, changed or copied; 0 for other commands.
    std::int64_t affected() const {
        return std::atoll(PQcmdTuples(raw_.get()));
    }
    // What the server has done: "COMMIT", "INSERT 0 1".
    std::string tag() const { return PQcmdStatus(raw_.get()); }
    std::string sqlstate() const {
        const char* state = PQresultErrorField(raw_.get(), PG_DIAG_SQLSTATE);
        return state == nullptr ? "" : state;
    }

  private:
    std::unique_ptr<PGresult, decltype(&PQclear)> raw_;
};

class pg_connection {
  public:
    using milliseconds = std::chrono::milliseconds;

    // Connects to database_url(), within `limit` if there is one. Throws
    // no_connection.
    explicit pg_connection(std::optional<milliseconds> limit = {}) {
        const std::string url = database_url();
        const char* names[] = {"dbname", "fallback_application_name", nullptr};
        const char* values[] = {url.c_str(), "many-hands", nullptr};
        raw_.reset(PQconnectStartParams(names, values, /*expand_dbname*/ 1));
        // While connecting, the text is the only place where libpq says the
        // SQLSTATE.
        PQsetErrorVerbosity(raw(), PQERRORS_VERBOSE);
        const auto start = std::chrono::steady_clock::now();
        auto next = PGRES_POLLING_WRITING;
        while (PQstatus(raw()) != CONNECTION_BAD
               && (next == PGRES_POLLING_READING
                   || next == PGRES_POLLING_WRITING)) {
            if (!wait_until(next == PGRES_POLLING_READING ? POLLIN : POLLOUT,
                            start, limit))
                throw no_connection("the server does not answer", "08001");
            next = PQconnectPoll(raw());
        }
        if (PQstatus(raw()) != CONNECTION_OK)
            throw connecting_failed();
        PQsetErrorVerbosity(raw(), PQERRORS_DEFAULT);
        // Notices ("already exists, skipping") are not for the reader, and
        // errors become exceptions.
        const PQnoticeProcessor ignore = [](void*, const char*) {};
        PQsetNoticeProcessor(raw(), ignore, nullptr);
    }

    // Is it whole, and between two transactions? False if the server has hung
    // up, as far as we have heard by now: this asks nobody.
    bool is_idle() {
        pollfd end = {PQsocket(raw()), POLLIN, 0};
        while (end.fd != -1 && ::poll(&end, 1, 0) == 1
               && PQconsumeInput(raw()) == 1)
            PQisBusy(raw()); // reads what has come
        return PQstatus(raw()) == CONNECTION_OK
               && PQtransactionStatus(raw()) == PQTRANS_IDLE;
    }

    // Asks nothing, and waits for the answer. False: there was none within the
    // limit; then do not use it any more.
    bool answers(milliseconds limit) {
        ++round_trips_;
        const auto start = std::chrono::steady_clock::now();
        if (PQsendQuery(raw(), "") == 0)
            return false;
        while (PQisBusy(raw()) == 1)
            if (!wait_until(POLLIN, start, limit) || PQconsumeInput(raw()) == 0)
                return false;
        while (PGresult* answer = PQgetResult(raw()))
            PQclear(answer);
        return is_idle();
    }

    // How often this program has waited for an answer, in all its sessions.
    static std::int64_t round_trips() { return round_trips_; }

    // Runs one or more commands without parameters, in one round trip.
    pg_result run(const std::string& sql) {
        ++round_trips_;
        return checked(PQexec(raw(), sql.c_str()));
    }
    // Runs one command; its $1, $2 ... are these texts, or null. Whatever they
    // hold, they are values: nothing of them is read as SQL.
    pg_result run(const std::string& sql,
                  std::span<const char* const> parameters) {
        ++round_trips_;
        return checked(PQexecParams(
            raw(), sql.c_str(), static_cast<int>(parameters.size()), nullptr,
            parameters.data(), nullptr, nullptr, /*result as text*/ 0));
    }

    // CREATE `what`, such as "TABLE IF NOT EXISTS ...". One program after the
    // other: of two at the same moment one would fail, for all that IF says.
    void create(const std::string& what) {
        run("BEGIN; SELECT pg_advisory_xact_lock(7); CREATE " + what
            + "; COMMIT");
    }

    // Names a statement, so that the server parses it once.
    void prepare(const std::string& name, const std::string& sql) {
        ++round_trips_;
        checked(PQprepare(raw(), name.c_str(), sql.c_str(), 0, nullptr));
    }

    // Runs a prepared statement; its parameters are texts, as in the source's
    // driver.
    pg_result execute(const std::string& name,
                      std::span<const char* const> parameters) {
        ++round_trips_;
        return checked(PQexecPrepared(
            raw(), name.c_str(), static_cast<int>(parameters.size()),
            parameters.data(), nullptr, nullptr, /*result as text*/ 0));
    }

    // A name as SQL wants it, for places where no parameter may stand. Throws
    // pg_error for one that could not be that name: it is empty or too long,
    // or its bytes are no text.
    std::string quoted_name(std::string_view name) const {
        if (name.empty() || name.size() > 63 || name.find('\0') != name.npos)
            throw pg_error("a name has 1 to 63 bytes, none of them zero",
                           "42602");
        const std::unique_ptr<char, decltype(&PQfreemem)> quoted(
            PQescapeIdentifier(raw(), name.data(), name.size()), PQfreemem);
        if (quoted == nullptr)
            throw pg_error(error(), "22021");
        return quoted.get();
    }

    // COPY ... FROM STDIN: begin, send as often as you like, end. Nothing is
    // there before copy_end() has returned. The server may leave out rows and
    // say so only by their number: copy_end() throws wrong_result if it is not
    // `rows`.
    void copy_begin(const std::string& sql) {
        ++round_trips_;
        const pg_result answer(PQexec(raw(), sql.c_str()));
        if (answer.status() != PGRES_COPY_IN)
            throw pg_error(error(), state_of(answer));
    }
    void copy_send(std::string_view data) {
        if (PQputCopyData(raw(), data.data(), static_cast<int>(data.size()))
            != 1)
            throw pg_error(error(), "08006");
    }
    void copy_end(std::int64_t rows) {
        ++round_trips_;
        if (PQputCopyEnd(raw(), nullptr) != 1)
            throw pg_error(error(), "08006");
        std::int64_t copied = 0;
        while (PGresult* answer = PQgetResult(raw())) // until it is null
            copied = checked(answer).affected();
        if (copied != rows)
            throw wrong_result("COPY: the server took " + std::to_string(copied)
                               + " rows of " + std::to_string(rows));
    }

    // COPY ... TO STDOUT: calls `line` with every row as a line of text.
    template<class Function>
    void copy_out(const std::string& sql, Function line) {
        const pg_result answer(PQexec(raw(), sql.c_str()));
        if (answer.status() != PGRES_COPY_OUT)
            throw pg_error(error(), state_of(answer));
        int size = 0;
        for (char* data = nullptr;
             (size = PQgetCopyData(raw(), &data, 0)) > 0;) {
            const std::unique_ptr<char, decltype(&PQfreemem)> owner(data,
                                                                    PQfreemem);
            line(std::string_view(data, static_cast<std::size_t>(size)));
        }
        if (size == -2)
            throw pg_error(error(), "08006");
        while (PGresult* end = PQgetResult(raw()))
            checked(end);
    }

  private:
    // A copy in a forked child must not say good-bye in its parent's name.
    struct closer {
        pid_t owner;
        closer() : owner(::getpid()) {}
        void operator()(PGconn* connection) const {
            if (::getpid() == owner)
                PQfinish(connection);
        }
    };

    PGconn* raw() const {
        if (::getpid() != raw_.get_deleter().owner)
            throw std::logic_error("this connection is another process's: "
                                   "connect after the fork");
        return raw_.get();
    }

    std::string error() const { return PQerrorMessage(raw()); }

    // Waits for the socket, until `limit` after `start`; false: it is over.
    bool wait_until(short events, std::chrono::steady_clock::time_point start,
                    std::optional<milliseconds> limit) const {
        if (limit)
            *limit -= std::chrono::duration_cast<milliseconds>(
                std::chrono::steady_clock::now() - start);
        std::vector<pollfd> ends = {{PQsocket(raw()), events, 0}};
        return wait_for(ends, limit);
    }

    // From libpq's verbose text, "... FATAL:  28P01: password ... failed" and
    // a line for those who work on PostgreSQL.
    no_connection connecting_failed() const {
        std::string text = error(), state = "08001";
        text = text.substr(0, text.find("\nLOCATION:"));
        for (auto at = text.find(":  "); at != text.npos;
             at = text.find(":  ", at + 1))
            if (text.substr(at + 8, 2) == ": ")
                state = text.substr(at + 3, 5);
        return {text + "; " + how_to_get_a_server, state};
    }

    // An error without one is libpq's own: it could not send, or receive. Its
    // PQstatus does not say so when it was the sending that failed.
    static std::string state_of(const pg_result& answer) {
        const std::string state = answer.sqlstate();
        return state.empty() ? "08006" : state;
    }

    // Owns the answer. An error that the server reports, or a connection that
    // broke, becomes an exception with libpq's text.
    pg_result checked(PGresult* result) const {
        pg_result answer(result);
        const ExecStatusType status = answer.status();
        if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK
            && status != PGRES_EMPTY_QUERY)
            throw pg_error(error(), state_of(answer));
        return answer;
    }

    static inline std::atomic<std::int64_t> round_trips_ = 0;
    std::unique_ptr<PGconn, closer> raw_;
};
