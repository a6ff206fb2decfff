// libpq behind two RAII types. A connection is one session on the server and
// one conversation with it: never used by two threads at a time, never
// carried across fork.
// Source: PostgreSQL documentation, part IV, "libpq - C Library".
#pragma once

#include "common/check.hpp"

#include <libpq-fe.h>

#include <cstdlib>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

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
    // Connects to DATABASE_URL, and to nothing else: a server that libpq
    // would find by itself belongs to the reader. Throws `missing`.
    pg_connection() : raw_(nullptr, PQfinish) {
        const char* url = std::getenv("DATABASE_URL");
        if (url == nullptr || *url == '\0')
            throw missing("DATABASE_URL is not set; " + std::string(hint));
        const char* names[] = {"dbname", "fallback_application_name", nullptr};
        const char* values[] = {url, "many-hands", nullptr};
        raw_.reset(PQconnectdbParams(names, values, /*expand_dbname*/ 1));
        if (PQstatus(raw_.get()) != CONNECTION_OK)
            throw missing(error() + "; " + hint);
        // Notices ("already exists, skipping") are not for the reader, and
        // errors become exceptions.
        const PQnoticeProcessor ignore = [](void*, const char*) {};
        PQsetNoticeProcessor(raw_.get(), ignore, nullptr);
    }

    // Runs one or more commands without parameters, in one round trip.
    pg_result run(const std::string& sql) {
        return checked(PQexec(raw_.get(), sql.c_str()));
    }

    // Names a statement, so that the server parses it once.
    void prepare(const std::string& name, const std::string& sql) {
        checked(PQprepare(raw_.get(), name.c_str(), sql.c_str(), 0, nullptr));
    }

    // Runs a prepared statement; its parameters are texts, as in the source's
    // driver.
    pg_result execute(const std::string& name,
                      std::span<const char* const> parameters) {
        return checked(PQexecPrepared(
            raw_.get(), name.c_str(), static_cast<int>(parameters.size()),
            parameters.data(), nullptr, nullptr, /*result as text*/ 0));
    }

    // COPY ... FROM STDIN: begin, send as often as you like, end. Nothing is
    // there before copy_end() has returned, and the server may have left out
    // rows: count them.
    void copy_begin(const std::string& sql) {
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
    static constexpr const char* hint =
        "a private server is one command away: "
        "tools/with_postgres.sh build/bin/PROGRAM";

    std::string error() const { return PQerrorMessage(raw_.get()); }

    // Owns the answer. An error that the server reports, or a connection that
    // broke, becomes an exception with libpq's text.
    pg_result checked(PGresult* raw) const {
        pg_result answer(raw);
        const ExecStatusType status = answer.status();
        if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
            throw std::runtime_error(error());
        return answer;
    }

    std::unique_ptr<PGconn, decltype(&PQfinish)> raw_;
};
