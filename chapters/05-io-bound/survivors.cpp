// survivors: runs a loader, kills it half-way, and counts the rows that are
// there. A row that was not committed is not.
//
//     tools/with_postgres.sh build/bin/survivors load_one_commit
#include "command.hpp"
#include "samples_table.hpp"

#include <fcntl.h>
#include <fmt/ranges.h>

#include <filesystem>

// Programs of this book that are connected, but for those of the list.
static std::string sessions(pg_connection& db, const std::string& others) {
    const std::array parameters = {others.c_str()};
    return db
        .run("SELECT coalesce(array_agg(pid), '{}') FROM pg_stat_activity"
             " WHERE application_name = current_setting('application_name')"
             " AND pid <> pg_backend_pid() AND pid <> ALL ($1::int[])",
             parameters)
        .text(0, 0);
}

// The loader's last transactions may still be on their way to the disk.
static void wait_for_end(pg_connection& db, const std::string& others) {
    while (sessions(db, others) != "{}") {
        throw_if_stopped();
        db.run("SELECT pg_sleep(0.001)");
    }
}

int main(int argc, char** argv) try {
    std::int64_t rows = 2300;
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

    const std::string others = sessions(db, "{}");
    //> kill
    process loader([&]() -> int {
        check(::dup2(check(::open("/dev/null", O_WRONLY), "/dev/null"), 1),
              "dup2");
        become(command);
    });
    loader.join();
    wait_for_end(db, others);
    fmt::print("survivors: {}\n",
               db.run(fmt::format("SELECT count(*) FROM {}", samples_table))
                   .text(0, 0));
    //< kill
    return finish(loader.how_it_ended(), std::string("killed by SIGKILL"));
} catch (...) {
    return failed("survivors");
}
