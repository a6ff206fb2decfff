// survivors: runs a loader, kills it half-way, and counts the rows that are
// there. A row that was not committed is not.
//
//     tools/with_postgres.sh build/bin/survivors load_one_commit
#include "command.hpp"
#include "samples_table.hpp"

#include <fmt/ranges.h>

#include <filesystem>

// The loader's last transactions may still be on their way to the disk.
static void wait_for_other_sessions(pg_connection& db) {
    while (db.run("SELECT count(*) FROM pg_stat_activity WHERE backend_type = "
                  "'client backend' AND pid <> pg_backend_pid() AND "
                  "application_name = 'many-hands'")
               .text(0, 0)
           != "0") {
        throw_if_stopped();
        db.run("SELECT pg_sleep(0.001)");
    }
}

int main(int argc, char** argv) try {
    std::int64_t rows = 2200;
    std::vector<std::string> command = {"load_naive"};
    cli("survivors", "Kills a loader half-way; counts what is there.")
        .number("rows", rows, 2, 1'000'000'000, "of which half are sent")
        .command(command)
        .parse(argc, argv);
    stop_on_signals();
    pg_connection db;
    fmt::print("{}, {} rows, killed before row {}\n", fmt::join(command, " "),
               rows, rows / 2 + 1);
    command[0] = std::filesystem::read_symlink("/proc/self/exe").parent_path()
                 / command[0];
    for (const std::string& word :
         {std::string("--rows"), std::to_string(rows), std::string("--kill-at"),
          std::to_string(rows / 2 + 1)})
        command.push_back(word);

    //> kill
    process loader([&]() -> int {
        check(::dup2(check(::open("/dev/null", O_WRONLY), "/dev/null"), 1),
              "dup2");
        become(command);
    });
    loader.join();
    wait_for_other_sessions(db);
    fmt::print("survivors: {}\n",
               db.run(fmt::format("SELECT count(*) FROM {}", samples_table))
                   .text(0, 0));
    //< kill
    return finish(loader.how_it_ended(), std::string("killed by SIGKILL"));
} catch (...) {
    return failed("survivors");
}
