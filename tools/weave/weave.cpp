// weave: keeps what the pages quote true. It fills what stands between their
// markers (markers.hpp) with excerpts of the programs, with what these print,
// and with tables and figures from the chapters' reference.json.
//
//     weave             writes the pages anew where they have changed
//     weave --check     only says where; exit status 1 if anywhere
//     --book DIRECTORY  the book; by default the one of this executable
//
// Transcripts run the programs beside this executable. They must be built.
#include "book.hpp"
#include "common/check.hpp"
#include "filling.hpp"
#include "tools/report/files.hpp"

#include <fmt/core.h>

#include <string_view>

namespace fs = std::filesystem;

static void say(const fs::path& page, const complaint& about) {
    fmt::print("{}:{}: {}\n{}", page.string(), about.line, about.what,
               about.difference);
}

int main(int argc, char** argv) try {
    const fs::path bin = fs::read_symlink("/proc/self/exe").parent_path();
    fs::path root = bin.parent_path().parent_path();
    bool check = false;
    for (int i = 1; i < argc; ++i) {
        const std::string_view argument = argv[i];
        if (argument == "--check") {
            check = true;
        } else if (argument == "--book" && i + 1 < argc) {
            root = argv[++i];
        } else if (argument == "--help") {
            fmt::print("weave [--check] [--book DIRECTORY]\n");
            return 0;
        } else {
            fmt::print(stderr,
                       "weave: unknown option '{}', the options are --check "
                       "--book DIRECTORY --help\n",
                       argument);
            return 2;
        }
    }
    if (!fs::is_directory(root / "chapters"))
        throw missing(fmt::format("no book in {}: --book DIRECTORY names it",
                                  root.string()));
    fs::current_path(root); // the commands of transcripts start there
    book all(".");

    std::size_t markers = 0, errors = 0, drifts = 0;
    for (const fs::path& path : all.pages()) {
        const fs::path page = path.lexically_normal();
        const std::string text = read_text(page);
        filling fill(all, page, text, bin);
        woven_page woven = weave_page(text, std::ref(fill));
        for (const complaint& dead : dead_links(page, split_lines(woven.text)))
            woven.errors.push_back(dead);
        for (const complaint& error : woven.errors)
            say(page, error);
        for (const complaint& drift : woven.drifts)
            say(page, drift);
        if (!check && woven.text != text)
            write_text(page, woven.text);
        markers += woven.markers;
        errors += woven.errors.size();
        drifts += woven.drifts.size();
    }
    fmt::print("{} markers, {} errors, {} {}\n", markers, errors, drifts,
               check ? "out of date" : "renewed");
    if (check && drifts > 0)
        fmt::print("To renew what is out of date: build/bin/weave\n");
    if (std::fflush(stdout) != 0)
        throw_errno("standard output");
    return errors > 0 || (check && drifts > 0) ? 1 : 0;
} catch (...) {
    return failed("weave");
}
