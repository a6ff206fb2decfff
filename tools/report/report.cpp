// report: turns what time_variants.sh measured into tables and pages.
//
//     report machine [NAME=TEXT ...]
//                               describes this machine, as JSON
//     report reference DIRECTORY
//                               prints one chapter's reference.json
//     report show DIRECTORY     prints one chapter; exit 1 if a run failed
//     report write RESULTS      writes report.html and report.md into RESULTS,
//                               of all chapters there, with verdicts on the
//                               claims of the book in RESULTS/..; prints a
//                               summary
#include "common/check.hpp"
#include "machine.hpp"
#include "measurements.hpp"
#include "pages.hpp"
#include "problem_pages.hpp"
#include "reference.hpp"
#include "statistics.hpp"
#include "tables.hpp"
#include "verdict_pages.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <string_view>

namespace fs = std::filesystem;

// Chapters with complete measurements, in the order of their numbers.
static std::vector<chapter> read_chapters(const fs::path& results) {
    std::vector<fs::path> directories;
    for (const auto& entry : fs::directory_iterator(results))
        if (fs::exists(entry.path() / "variants.tsv")
            && entry.path().extension() != ".part")
            directories.push_back(entry.path());
    std::sort(directories.begin(), directories.end());
    std::vector<chapter> chapters;
    chapters.reserve(directories.size());
    for (const fs::path& directory : directories)
        chapters.push_back(read_chapter(directory));
    return chapters;
}

// 1 if a label that was to be timed has no time, otherwise 0.
static int exit_status_of(const chapter& of) {
    int status = of.warnings.empty() ? 0 : 1;
    for (const problem& one : of.problems)
        for (const label& l : one.labels)
            if (l.kind != "absent"
                && (!l.trouble.empty() || values(one, l.samples).empty())) {
                const std::string why = why_no_figure(l);
                fmt::print(stderr, "report: {}: {}; by hand: {}\n", l.name, why,
                           l.command);
                if (!why.starts_with("not measured: "))
                    status = 1;
            }
    if (of.problems.empty())
        status = 1;
    if (std::fflush(stdout) != 0)
        throw_errno("standard output");
    return status;
}

int main(int argc, char** argv) try {
    const std::string_view what = argc > 1 ? argv[1] : "";
    if (what == "machine") {
        const std::vector<std::string> more(argv + 2, argv + argc);
        fmt::print("{}\n", describe_machine(more));
        return std::fflush(stdout) == 0 ? 0 : 1;
    }
    if (what == "reference" && argc == 3) {
        fmt::print("{}", to_reference(read_chapter(argv[2])));
        return std::fflush(stdout) == 0 ? 0 : 1;
    }
    if (what == "show" && argc == 3) {
        const chapter one = read_chapter(argv[2]);
        fmt::print("{}", terminal_summary(one));
        return exit_status_of(one);
    }
    if (what == "write" && argc == 3) {
        if (!fs::is_directory(argv[2]))
            throw missing(
                fmt::format("no directory {}; run_all.sh makes it", argv[2]));
        const auto chapters = read_chapters(argv[2]);
        if (chapters.empty())
            throw missing(fmt::format(
                "no measurements in {}; run_all.sh makes them", argv[2]));
        // results/ lies in the book, whose pages say what is claimed.
        const auto answers = answers_of(chapters, fs::absolute(argv[2]) / "..");
        write_report(chapters, answers, argv[2]);
        int status = 0;
        for (const chapter& one : chapters) {
            fmt::print("{}", terminal_summary(one));
            status = std::max(status, exit_status_of(one));
        }
        fmt::print("{}", terminal_glance(chapters, answers));
        if (std::fflush(stdout) != 0)
            throw_errno("standard output");
        return status;
    }
    if (what == "--help") {
        fmt::print("report machine [NAME=TEXT ...] | reference DIRECTORY | "
                   "show DIRECTORY | write RESULTS\n");
        return 0;
    }
    fmt::print(stderr, "report: wants machine, reference DIRECTORY, show "
                       "DIRECTORY or write RESULTS\n");
    return 2;
} catch (...) {
    return failed("report");
}
