// libpq behind two RAII types. A connection is one session on the server and
// one conversation with it: never used by two threads at a time, never
// carried across fork.
// Source: PostgreSQL documentation, part IV, "libpq - C Library".
#pragma once

#include "common/check.hpp"

#include <libpq-fe.h>
#include <sys/types.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <functional>
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
connection_options options_of(const std::string& url);

std::string database_url();

// The directory of its socket; throws `missing` if it has none.
std::string socket_directory(const std::string& url);

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
bool may_pass(std::string_view sqlstate);

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
pid_t this_process();

class pg_connection {
  public:
    using clock = std::chrono::steady_clock;
    using end_of_waiting = std::optional<clock::time_point>; // none: never

    // Connects to database_url(). Throws no_connection, and does so at `end`.
    // (A host's name is looked up before; how long that takes, libpq decides.)
    explicit pg_connection(end_of_waiting end = {});

    // From now on an answer must be there at `end`. If it is not, run() and
    // its like throw 08006, and this connection is of no use any more.
    void wait_until(end_of_waiting end) { end_ = end; }

    // Is it whole, and between two transactions? False if the server has hung
    // up, as far as we have heard by now: this asks nobody.
    bool is_idle();

    // Asks nothing, and waits for the answer. False: there was none by `end`;
    // then do not use it any more.
    bool answers(clock::time_point end);

    // How often this program has waited for an answer, in all its sessions.
    static std::int64_t round_trips() { return round_trips_; }
    // And how often it has begun to connect.
    static std::int64_t connections() { return connections_; }

    // Runs one or more commands without parameters, in one round trip.
    pg_result run(const std::string& sql);
    // Runs one command; its $1, $2 ... are these texts, or null. Whatever they
    // hold, they are values: nothing of them is read as SQL.
    pg_result run(const std::string& sql,
                  std::span<const char* const> parameters);

    // CREATE `what`, such as "TABLE IF NOT EXISTS ...". One program after the
    // other: of two at the same moment one would fail, for all that IF says.
    void create(const std::string& what);

    // Names a statement, so that the server parses it once.
    void prepare(const std::string& name, const std::string& sql);

    // Runs a prepared statement; its parameters are texts, as in the source's
    // driver.
    pg_result execute(const std::string& name,
                      std::span<const char* const> parameters);

    // A name as SQL wants it, for places where no parameter may stand. Throws
    // pg_error for one that could not be that name: it is empty or too long,
    // or its bytes are no text.
    std::string quoted_name(std::string_view name) const;

    // COPY ... FROM STDIN: begin, send as often as you like, end. Nothing is
    // there before copy_end() has returned. The server may leave out rows and
    // say so only by their number: copy_end() throws wrong_result if it is not
    // `rows`.
    void copy_begin(const std::string& sql);
    void copy_send(std::string_view data);
    void copy_end(std::int64_t rows);

    // COPY ... TO STDOUT: calls `line` with every row as a line of text.
    void copy_out(const std::string& sql,
                  const std::function<void(std::string_view)>& line);

  protected: // for those who wait in another way, see chapter 06
    // Begins to connect. Then PQconnectPoll is called as often as it asks for
    // that, and at last must_be_connected(), which throws no_connection.
    struct unconnected {};
    explicit pg_connection(unconnected);
    bool is_connecting(PostgresPollingStatusType next) const;
    void must_be_connected();

    PGconn* raw() const;

    // An error without a SQLSTATE is libpq's own. It could not send, or
    // receive; its PQstatus does not know before it has tried to read. Or it
    // would not.
    pg_error failure(const pg_result& answer = pg_result());

    // An error that the server reports, or a connection that broke, becomes an
    // exception with libpq's text.
    pg_result checked(pg_result answer);

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
    bool ready(short events) const;

    // Waits for the answer to what PQsend... has sent; if there are several,
    // it is the last one.
    pg_result answer_to(int sent);

    // Has the server not hung up, as far as we have heard by now?
    bool is_connected();

    no_connection connecting_failed() const;

    static inline std::atomic<std::int64_t> round_trips_ = 0, connections_ = 0;
    std::unique_ptr<PGconn, closer> raw_;
    end_of_waiting end_;
};
