// libpq behind two RAII types. A connection is one session on the server and
// one conversation with it: never used by two threads at a time, never
// carried across fork.
// Source: PostgreSQL documentation, part IV, "libpq - C Library".
#pragma once

#include "common/check.hpp"

#include <libpq-fe.h>

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

// The server that a program may use: the one that DATABASE_URL names. One that
// libpq would find by itself belongs to the reader. Throws `missing`.
inline constexpr const char* how_to_get_a_server =
    "a private server is one command away: "
    "tools/with_postgres.sh build/bin/PROGRAM";

inline std::string database_url() {
    const char* url = std::getenv("DATABASE_URL");
    if (url == nullptr || *url == '\0')
        throw missing(std::string("DATABASE_URL is not set; ")
                      + how_to_get_a_server);
    return url;
}

// The directory of its socket; throws `missing` if it has none.
inline std::string socket_directory(const std::string& url) {
    char* problem = nullptr;
    const std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> options(
        PQconninfoParse(url.c_str(), &problem), PQconninfoFree);
    const std::unique_ptr<char, decltype(&PQfreemem)> words(problem, PQfreemem);
    for (auto* one = options.get(); one != nullptr && one->keyword != nullptr;
         ++one)
        if (std::string_view(one->keyword) == "host" && one->val != nullptr
            && *one->val == '/')
            return one->val;
    throw missing(std::string("DATABASE_URL names no Unix socket; ")
                  + (problem != nullptr ? problem : how_to_get_a_server));
}

// What the server answered; rows and columns count from 0.
class pg_result {
  public:
    explicit pg_result(PGresult* raw) : raw_(raw, PQclear) {}

    ExecStatusType status() const { return PQresultStatus(raw_.get()); }
    // A null is an empty text.
    std::string text(int row, int column) const {
        return PQgetvalue(raw_.get(), row, column);
    }

  private:
    std::unique_ptr<PGresult, decltype(&PQclear)> raw_;
};

class pg_connection {
  public:
    // Connects to database_url(). Throws `missing`.
    pg_connection() : raw_(nullptr, PQfinish) {
        const std::string url = database_url();
        const char* names[] = {"dbname", "fallback_application_name", nullptr};
        const char* values[] = {url.c_str(), "many-hands", nullptr};
        raw_.reset(PQconnectdbParams(names, values, /*expand_dbname*/ 1));
        if (PQstatus(raw_.get()) != CONNECTION_OK)
            throw missing(error() + "; " + how_to_get_a_server);
        // Notices ("already exists, skipping") are not for the reader, and
        // errors become exceptions.
        const PQnoticeProcessor ignore = [](void*, const char*) {};
        PQsetNoticeProcessor(raw_.get(), ignore, nullptr);
    }

    // How often this program has waited for an answer of the server.
    std::int64_t round_trips() const { return round_trips_; }

    // Runs one or more commands without parameters, in one round trip.
    pg_result run(const std::string& sql) {
        ++round_trips_;
        return checked(PQexec(raw_.get(), sql.c_str()));
    }

    // Names a statement, so that the server parses it once.
    void prepare(const std::string& name, const std::string& sql) {
        ++round_trips_;
        checked(PQprepare(raw_.get(), name.c_str(), sql.c_str(), 0, nullptr));
    }

    // Runs a prepared statement; its parameters are texts, as in the source's
    // driver.
    pg_result execute(const std::string& name,
                      std::span<const char* const> parameters) {
        ++round_trips_;
        return checked(PQexecPrepared(
            raw_.get(), name.c_str(), static_cast<int>(parameters.size()),
            parameters.data(), nullptr, nullptr, /*result as text*/ 0));
    }

    // COPY ... FROM STDIN: begin, send as often as you like, end. Nothing is
    // there before copy_end() has returned, and the server may have left out
    // rows: count them.
    void copy_begin(const std::string& sql) {
        ++round_trips_;
        const pg_result answer(PQexec(raw_.get(), sql.c_str()));
        if (answer.status() != PGRES_COPY_IN)
            throw std::runtime_error(error());
    }
    void copy_send(std::string_view data) {
        if (PQputCopyData(raw_.get(), data.data(),
                          static_cast<int>(data.size()))
            != 1)
            throw std::runtime_error(error());
    }
    void copy_end() {
        ++round_trips_;
        if (PQputCopyEnd(raw_.get(), nullptr) != 1)
            throw std::runtime_error(error());
        while (PGresult* answer = PQgetResult(raw_.get())) // until it is null
            checked(answer);
    }

    // COPY ... TO STDOUT: calls `line` with every row as a line of text.
    template<class Function>
    void copy_out(const std::string& sql, Function line) {
        const pg_result answer(PQexec(raw_.get(), sql.c_str()));
        if (answer.status() != PGRES_COPY_OUT)
            throw std::runtime_error(error());
        int size = 0;
        for (char* data = nullptr;
             (size = PQgetCopyData(raw_.get(), &data, 0)) > 0;) {
            const std::unique_ptr<char, decltype(&PQfreemem)> owner(data,
                                                                    PQfreemem);
            line(std::string_view(data, static_cast<std::size_t>(size)));
        }
        if (size == -2)
            throw std::runtime_error(error());
        while (PGresult* end = PQgetResult(raw_.get()))
            checked(end);
    }

  private:
    std::string error() const { return PQerrorMessage(raw_.get()); }

    // Owns the answer. An error that the server reports, or a connection that
    // broke, becomes an exception with libpq's text.
    pg_result checked(PGresult* raw) const {
        pg_result answer(raw);
        const ExecStatusType status = answer.status();
        if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK
            && status != PGRES_EMPTY_QUERY)
            throw std::runtime_error(error());
        return answer;
    }

    std::int64_t round_trips_ = 0;
    std::unique_ptr<PGconn, decltype(&PQfinish)> raw_;
};
