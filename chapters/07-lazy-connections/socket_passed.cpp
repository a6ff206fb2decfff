// socket_passed: a connection's socket goes to another process, and with it the
// session on the server. What libpq knows of the conversation does not: here it
// is an answer that it had read already.
//
//     tools/with_postgres.sh build/bin/socket_passed
#include "passed_descriptor.hpp"

#include "01-processes/messages.hpp"
#include "01-processes/pipe_queue.hpp"
#include "01-processes/process.hpp"
#include "05-io-bound/postgres.hpp"
#include "common/cli.hpp"

#include <arpa/inet.h>

//> bytes
// The bytes that a query is, and those of the value in the answer's first row
// ('D': a length, the number of columns, the value's length, the value).
// Source: PostgreSQL documentation, "Message Formats".
static void send_query(int socket, const std::string& sql) {
    const std::uint32_t length = htonl(std::uint32_t(4 + sql.size() + 1));
    std::string bytes = "Q";
    bytes.append(reinterpret_cast<const char*>(&length), sizeof length);
    bytes.append(sql.c_str(), sql.size() + 1);
    check(::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL), "send");
}
static std::string value_in(const std::string& bytes) {
    for (std::size_t at = 0; at + 5 <= bytes.size();) {
        std::uint32_t length = 0;
        std::memcpy(&length, &bytes[at + 1], sizeof length);
        if (bytes[at] == 'D')
            return bytes.substr(at + 11, ntohl(length) - 10);
        at += 1 + ntohl(length);
    }
    return "nothing";
}
//< bytes

// What comes within so many milliseconds.
static std::string read_some(int socket, int ms) {
    std::string bytes(4096, '\0');
    std::vector<pollfd> ends = {{socket, POLLIN, 0}};
    if (!wait_for(ends, std::chrono::milliseconds(ms)))
        return "";
    bytes.resize(std::size_t(
        check(::recv(socket, bytes.data(), bytes.size(), 0), "recv")));
    return bytes;
}

int main(int argc, char** argv) try {
    cli("socket_passed", "Hands a session to another process.")
        .parse(argc, argv);
    const std::string url = database_url(); // or there is nothing to print
    fmt::print("a process that connects, and one that never does\n");
    const auto [ours, theirs] = socket_pair();
    pipe_queue<std::int64_t> said;
    //> child
    process child([&, &end = theirs] { // it was there before the connection
        const descriptor first = receive_descriptor(end.get());
        send_query(first.get(), "SELECT pg_backend_pid()");
        said.put(std::stoll(value_in(read_some(first.get(), 5000))));
        const descriptor again = receive_descriptor(end.get());
        said.put(
            std::ssize(read_some(again.get(), 200))); // of what others asked
        return 0;
    });
    //< child
    said.close(); // or we should wait for ourselves, if the child dies
    //> parent
    const std::unique_ptr<PGconn, decltype(&PQfinish)> db(
        PQconnectdb(url.c_str()), PQfinish);
    if (PQstatus(db.get()) != CONNECTION_OK)
        throw no_connection(PQerrorMessage(db.get()), "08001");
    send_descriptor(ours.get(), PQsocket(db.get()));
    const std::int64_t session = said.get().value_or(0);

    check(PQsendQuery(db.get(), "SELECT 'for you'") - 1, "PQsendQuery");
    std::vector<pollfd> ends = {{PQsocket(db.get()), POLLIN, 0}};
    if (!wait_for(ends, std::chrono::seconds(5))
        || PQconsumeInput(db.get()) == 0) // reads the answer, and keeps it
        throw std::runtime_error("the server does not answer");
    send_descriptor(ours.get(), PQsocket(db.get()));
    //< parent
    const std::int64_t bytes = said.get().value_or(-1);
    fmt::print("bytes_that_came_for_the_child: {}\n", bytes);
    fmt::print("libpq_has_them: {}\n",
               pg_result(PQgetResult(db.get())).text(0, 0));
    child.join();
    if (bytes != 0)
        throw wrong_result("the child has not found an empty socket");
    return finish<std::int64_t>(session, PQbackendPID(db.get()));
} catch (...) {
    return failed("socket_passed");
}
