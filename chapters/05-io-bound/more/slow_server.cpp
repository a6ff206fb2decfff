// slow_server: a web server that answers as late, or as badly, as you ask it
// to, while COMMAND runs, which finds it in SLOW_SERVER; without a command, a
// shell.
//
//     build/bin/slow_server sh -c 'time curl -s $SLOW_SERVER/delay/300'
#include "05-io-bound/slow_server.hpp"
#include "05-io-bound/command.hpp"
#include "common/cli.hpp"

int main(int argc, char** argv) try {
    std::vector<std::string> command = readers_shell();
    cli("slow_server",
        "Serves /delay/MILLISECONDS, /status/NUMBER and /drop to COMMAND.")
        .command(command)
        .parse(argc, argv);
    stop_on_signals();
    slow_server server;
    const std::string url = fmt::format("http://127.0.0.1:{}", server.port());
    print_last(url + "/delay/MILLISECONDS, /status/NUMBER, /drop");
    process child = start_with("SLOW_SERVER", url, command);
    const int status = status_of(child);
    server.must_live(std::chrono::milliseconds(0)); // or says why not
    return status;
} catch (...) {
    return failed("slow_server");
}
