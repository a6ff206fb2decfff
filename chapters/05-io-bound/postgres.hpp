// libpq behind two RAII types. A connection is one session on the server and
// one conversation with it: never used by two threads at a time, never
// carried across fork.
// Source: PostgreSQL documentation, part IV, "libpq - C Library".
#pragma once

#include "common/check.hpp"
#include "common/descriptor.hpp"

#include <libpq-fe.h>
#include <poll.h>
#include <pthread.h>
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
// and in their language. 08006: the connection broke. Empty: libpq did not even
// send it, for instance because of more parameters than there can be.
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

// May it help to try again, after such an error? Yes if the connection broke or
// was idle for too long, if the server stops, starts or is full, or has
// sacrificed this transaction to another one. No if it has understood us, and
// says no; nor if it has not, which will be the same next time.
inline bool may_pass(std::string_view sqlstate) {
    for (const char* one :
         {"08000", "08001", "08003", "08006", "08007", "25P03", "25P04",
          "40001", "40P01", "53300", "57P01", "57P02", "57P03", "57P05"})
        if (sqlstate == one)
            return true;
    return false;
}

// What the server answered; rows and columns count from 0.
class pg_result {
  public:
    // Without an answer: a failure.
    explicit pg_result(PGresult* raw = nullptr) : raw_(raw, PQclear) {}

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

// As getpid(), but asks the kernel after a fork only. A connection looks at it
// with every call, some thirty times for a row; where the kernel took 180 ns
// for its answer, that was a seventh of the row's processor time.
inline pid_t this_process() {
    static pid_t number = ::getpid();
    static const bool is_told =
        ::pthread_atfork(nullptr, nullptr,
                         /*in the child*/ [] { number = ::getpid(); })
        == 0;
    return is_told ? number : ::getpid();
}

class pg_connection {
  public:
    using clock = std::chrono::steady_clock;
    using end_of_waiting = std::optional<clock::time_point>; // none: never

    // Connects to database_url(). Throws no_connection, and does so at `end`.
    // (A host's name is looked up before; how long that takes, libpq decides.)
    explicit pg_connection(end_of_waiting end = {})
        : pg_connection(unconnected{}) {
        end_ = end;
        for (auto next = PGRES_POLLING_WRITING; is_connecting(next);) {
            if (!ready(next == PGRES_POLLING_READING ? POLLIN : POLLOUT))
                throw no_connection("the server does not answer", "08001");
            next = PQconnectPoll(raw());
        }
        must_be_connected();
    }

    // From now on an answer must be there at `end`. If it is not, run() and
    // its like throw 08006, and this connection is of no use any more.
    void wait_until(end_of_waiting end) { end_ = end; }

    // Is it whole, and between two transactions? False if the server has hung
    // up, as far as we have heard by now: this asks nobody.
    bool is_idle() {
        return PQtransactionStatus(raw()) == PQTRANS_IDLE && is_connected();
    }

    // Asks nothing, and waits for the answer. False: there was none by `end`;
    // then do not use it any more.
    bool answers(clock::time_point end) try {
        wait_until(end);
        run("");
        wait_until({});
        return is_idle();
    } catch (const pg_error&) {
        return false;
    }

    // How often this program has waited for an answer, in all its sessions.
    static std::int64_t round_trips() { return round_trips_; }
    // And how often it has begun to connect.
    static std::int64_t connections() { return connections_; }

    // Runs one or more commands without parameters, in one round trip.
    pg_result run(const std::string& sql) {
        return checked(answer_to(PQsendQuery(raw(), sql.c_str())));
    }
    // Runs one command; its $1, $2 ... are these texts, or null. Whatever they
    // hold, they are values: nothing of them is read as SQL.
    pg_result run(const std::string& sql,
                  std::span<const char* const> parameters) {
        return checked(answer_to(PQsendQueryParams(
            raw(), sql.c_str(), static_cast<int>(parameters.size()), nullptr,
            parameters.data(), nullptr, nullptr, /*result as text*/ 0)));
    }

    // CREATE `what`, such as "TABLE IF NOT EXISTS ...". One program after the
    // other: of two at the same moment one would fail, for all that IF says.
    void create(const std::string& what) {
        run("BEGIN; SELECT pg_advisory_xact_lock(7); CREATE " + what
            + "; COMMIT");
    }

    // Names a statement, so that the server parses it once.
    void prepare(const std::string& name, const std::string& sql) {
        checked(answer_to(
            PQsendPrepare(raw(), name.c_str(), sql.c_str(), 0, nullptr)));
    }

    // Runs a prepared statement; its parameters are texts, as in the source's
    // driver.
    pg_result execute(const std::string& name,
                      std::span<const char* const> parameters) {
        return checked(answer_to(PQsendQueryPrepared(
            raw(), name.c_str(), static_cast<int>(parameters.size()),
            parameters.data(), nullptr, nullptr, /*result as text*/ 0)));
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
        const pg_result answer = answer_to(PQsendQuery(raw(), sql.c_str()));
        if (answer.status() != PGRES_COPY_IN)
            throw failure(answer);
    }
    void copy_send(std::string_view data) {
        if (PQputCopyData(raw(), data.data(), static_cast<int>(data.size()))
            != 1)
            throw failure();
    }
    void copy_end(std::int64_t rows) {
        const std::int64_t copied =
            checked(answer_to(PQputCopyEnd(raw(), nullptr))).affected();
        if (copied != rows)
            throw wrong_result("COPY: the server took " + std::to_string(copied)
                               + " rows of " + std::to_string(rows));
    }

    // COPY ... TO STDOUT: calls `line` with every row as a line of text.
    template<class Function>
    void copy_out(const std::string& sql, Function line) {
        const pg_result answer = answer_to(PQsendQuery(raw(), sql.c_str()));
        if (answer.status() != PGRES_COPY_OUT)
            throw failure(answer);
        int size = 0;
        for (char* data = nullptr;
             (size = PQgetCopyData(raw(), &data, 0)) > 0;) {
            const std::unique_ptr<char, decltype(&PQfreemem)> owner(data,
                                                                    PQfreemem);
            line(std::string_view(data, static_cast<std::size_t>(size)));
        }
        if (size == -2)
            throw failure();
        while (PGresult* end = PQgetResult(raw()))
            checked(pg_result(end));
    }

  protected: // for those who wait in another way, see chapter 06
    // Begins to connect. Then PQconnectPoll is called as often as it asks for
    // that, and at last must_be_connected(), which throws no_connection.
    struct unconnected {};
    explicit pg_connection(unconnected) {
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
    bool is_connecting(PostgresPollingStatusType next) const {
        return PQstatus(raw()) != CONNECTION_BAD
               && (next == PGRES_POLLING_READING
                   || next == PGRES_POLLING_WRITING);
    }
    void must_be_connected() {
        if (PQstatus(raw()) != CONNECTION_OK)
            throw connecting_failed();
        PQsetErrorVerbosity(raw(), PQERRORS_DEFAULT);
    }

    PGconn* raw() const {
        if (this_process() != raw_.get_deleter().owner)
            throw std::logic_error("this connection is another process's: "
                                   "connect after the fork");
        return raw_.get();
    }

    // An error without a SQLSTATE is libpq's own. It could not send, or
    // receive; its PQstatus does not know before it has tried to read. Or it
    // would not.
    pg_error failure(const pg_result& answer = pg_result()) {
        const std::string text = error(), state = answer.sqlstate();
        return {text, state.empty() && !is_connected() ? "08006" : state};
    }

    // An error that the server reports, or a connection that broke, becomes an
    // exception with libpq's text.
    pg_result checked(pg_result answer) {
        const ExecStatusType status = answer.status();
        if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK
            && status != PGRES_EMPTY_QUERY)
            throw failure(answer);
        return answer;
    }

    static void count_round_trips(std::int64_t more) { round_trips_ += more; }

  private:
    // A copy in a forked child must not say good-bye in its parent's name.
    struct closer {
        pid_t owner;
        closer() : owner(this_process()) {}
        void operator()(PGconn* connection) const {
            if (this_process() == owner)
                PQfinish(connection);
        }
    };

    std::string error() const { return PQerrorMessage(raw()); }

    // Waits for the socket; false: it is the end of waiting.
    bool ready(short events) const {
        std::vector<pollfd> ends = {{PQsocket(raw()), events, 0}};
        if (!end_)
            return wait_for(ends);
        return wait_for(ends, std::chrono::ceil<std::chrono::milliseconds>(
                                  *end_ - clock::now()));
    }

    // Waits for the answer to what PQsend... has sent; if there are several,
    // it is the last one.
    pg_result answer_to(int sent) {
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
            if (last.status() == PGRES_COPY_IN
                || last.status() == PGRES_COPY_OUT)
                return last;
        }
        throw failure();
    }

    // Has the server not hung up, as far as we have heard by now?
    bool is_connected() {
        pollfd end = {PQsocket(raw()), POLLIN, 0};
        while (end.fd != -1 && ::poll(&end, 1, 0) == 1
               && PQconsumeInput(raw()) == 1)
            PQisBusy(raw()); // reads what has come
        return PQstatus(raw()) == CONNECTION_OK;
    }

    // What libpq says is "... failed: FATAL:  28P01: password ...", and then a
    // line for those who work on PostgreSQL.
    no_connection connecting_failed() const {
        std::string text = error(), state = "08001";
        text = text.substr(0, text.find("\nLOCATION:"));
        const auto at = text.find(":  ", text.find(" failed: "));
        if (at != text.npos && text.size() >= at + 10
            && text.compare(at + 8, 2, ": ") == 0)
            state = text.substr(at + 3, 5);
        return {text + "; " + how_to_get_a_server, state};
    }

    static inline std::atomic<std::int64_t> round_trips_ = 0, connections_ = 0;
    std::unique_ptr<PGconn, closer> raw_;
    end_of_waiting end_;
};
