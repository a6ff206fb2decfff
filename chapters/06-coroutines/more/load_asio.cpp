// load_asio: load_coroutines on Asio.
//
//     tools/with_postgres.sh build/bin/load_asio --connections 48
#include "05-io-bound/loopback.hpp"
#include "05-io-bound/samples_table.hpp"

#include <asio/awaitable.hpp>
#include <asio/co_spawn.hpp>
#include <asio/io_context.hpp>
#include <asio/posix/stream_descriptor.hpp>
#include <asio/use_awaitable.hpp>

#include <exception>

using asio::use_awaitable;
using asio::posix::stream_descriptor;

// A session whose socket Asio waits for. It must let go of the descriptor
// before libpq closes it.
class asio_connection : public pg_connection {
  public:
    explicit asio_connection(asio::io_context& loop)
        : socket_(loop, PQsocket(raw())) {
        prepare_insert(*this); // as long as it may block
        if (PQsetnonblocking(raw(), 1) != 0)
            throw failure();
    }
    ~asio_connection() { socket_.release(); }
    asio_connection(const asio_connection&) = delete;

    asio::awaitable<void> async_run(const char* sql) {
        return answer_to(PQsendQuery(raw(), sql));
    }
    asio::awaitable<void> async_insert(const row_as_text& values) {
        return answer_to(PQsendQueryPrepared(
            raw(), "insert_sample", static_cast<int>(column_count),
            values.columns().data(), nullptr, nullptr, /*result as text*/ 0));
    }

  private:
    //> answer
    asio::awaitable<void> answer_to(int sent) {
        if (sent != 1)
            throw failure();
        count_round_trips(1);
        for (int left = 1; (left = PQflush(raw())) != 0;) {
            if (left == -1)
                throw failure();
            co_await socket_.async_wait(stream_descriptor::wait_write,
                                        use_awaitable);
        }
        for (;;) {
            while (PQisBusy(raw()) == 1) {
                co_await socket_.async_wait(stream_descriptor::wait_read,
                                            use_awaitable);
                if (PQconsumeInput(raw()) == 0)
                    throw failure();
            }
            PGresult* next = PQgetResult(raw());
            if (next == nullptr)
                co_return;
            checked(pg_result(next));
        }
    }
    //< answer
    stream_descriptor socket_;
};

static asio::awaitable<void> load_rows(asio_connection& db,
                                       sample_source source, std::int64_t first,
                                       std::int64_t end, samples_load& load) {
    for (std::int64_t row = first; row < end; ++row) {
        load.row_begins();
        const row_as_text values(source, row);
        co_await db.async_run("BEGIN");
        co_await db.async_insert(values);
        co_await db.async_run("COMMIT");
    }
}

int main(int argc, char** argv) try {
    load_job job;
    job.workers = 16;
    load_options("load_asio", "Loads samples in one thread, by Asio.", job)
        .number("connections", job.workers, 1, 10'000, "and coroutines")
        .parse(argc, argv);
    stop_on_signals();
    allow_descriptors(job.workers + 50);
    samples_load load(job);
    const sample_source source(static_cast<std::uint64_t>(job.seed));
    asio::io_context loop(1); // for one thread
    std::vector<std::unique_ptr<asio_connection>> sessions;
    samples_load::sessions plain;
    for (std::int64_t i = 0; i < job.workers; ++i) {
        sessions.push_back(std::make_unique<asio_connection>(loop));
        plain.push_back(sessions.back().get());
    }
    load.start(plain);
    for (std::int64_t i = 0; i < job.workers; ++i)
        asio::co_spawn(loop,
                       load_rows(*sessions[std::size_t(i)], source,
                                 job.rows * i / job.workers,
                                 job.rows * (i + 1) / job.workers, load),
                       [](const std::exception_ptr& error) {
                           if (error) // run_for() throws it
                               std::rethrow_exception(error);
                       });
    while (loop.run_for(std::chrono::milliseconds(100)), !loop.stopped())
        throw_if_stopped();
    return load.finish(plain);
} catch (...) {
    return failed("load_asio");
}
