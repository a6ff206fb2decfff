// delay_proxy: puts a round-trip time between the book's server and COMMAND,
// which finds it in DATABASE_URL; without a command, a shell. It can also cut
// one connection, or stop answering, at a message or byte of your choice.
// Under tools/with_postgres.sh:
//
//     build/bin/delay_proxy --rtt-us 1000 build/bin/load_naive --rows 100
#include "command.hpp"
#include "common/cli.hpp"
#include "delay_line.hpp"
#include "postgres.hpp"

#include <filesystem>

// A directory that is gone at the end, inside that of the server, which is
// removed with all that is in it should we be killed.
struct own_directory {
    const std::filesystem::path path;
    explicit own_directory(const std::string& server)
        : path(server + fmt::format("/proxy.{}", ::getpid())) {
        std::error_code error;
        if (!std::filesystem::create_directory(path, error))
            throw missing("delay_proxy stands before the book's own server "
                          "only, and cannot make "
                          + path.string());
        std::filesystem::permissions(path, std::filesystem::perms::owner_all);
    }
    ~own_directory() {
        std::error_code gone;
        std::filesystem::remove_all(path, gone);
    }
};

int main(int argc, char** argv) try {
    std::int64_t rtt_us = 1000, number = 0, connection = 0;
    std::string what = "cut", of = "client", unit = "messages";
    std::vector<std::string> command = readers_shell();
    cli("delay_proxy", "Adds a round-trip time to the book's server.")
        .number("rtt-us", rtt_us, 0, 10'000'000, "added to a round trip")
        .number("fault-at", number, 0, 1'000'000'000'000,
                "one connection, before this message or byte; 0: never")
        .number("fault-connection", connection, 0, 1'000'000,
                "that which came as this one; 0: the first to get so far")
        .choice("fault", what, {"cut", "deaf"}, "what happens then")
        .choice("fault-of", of, {"client", "server"}, "who sends it")
        .choice("fault-unit", unit, {"messages", "bytes", "commands"},
                "what is counted; commands: the server says that they are done")
        .command(command)
        .parse(argc, argv);
    stop_on_signals();
    const std::string url = database_url(), server = socket_directory(url);
    if (!url.starts_with("postgres")) // but "host=... dbname=..."
        throw missing("delay_proxy wants a DATABASE_URL that is a URL");
    const own_directory directory(server);
    std::optional<line_fault> fault;
    if (number > 0) {
        const bool commands = unit == "commands";
        fault = {.cut = what == "cut",
                 .from_client = of == "client" && !commands,
                 .messages = unit != "bytes",
                 .number = number,
                 .only = commands ? 'C' : '\0', // CommandComplete
                 .connection = connection};
    }
    std::optional<delay_line> line(
        std::in_place, directory.path / ".s.PGSQL.5432",
        server + "/.s.PGSQL.5432", std::chrono::microseconds(rtt_us), fault);
    // What stands last in a URL counts.
    process child = start_with(
        "DATABASE_URL", url + "&host=" + directory.path.string(), command);
    try {
        line->run_until_readable(child.pidfd());
    } catch (...) {
        line.reset(); // or who waits for the server could not end
        throw;
    }
    return status_of(child);
} catch (...) {
    return failed("delay_proxy");
}
