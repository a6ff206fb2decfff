#include "pages.hpp"

#include "document.hpp"
#include "files.hpp"
#include "problem_pages.hpp"
#include "verdict_pages.hpp"

#include <fmt/core.h>

#include <set>

namespace fs = std::filesystem;

using description = std::vector<std::pair<std::string, std::string>>;

// One machine, of which chapters know different things: servers, libraries.
static description machine_of(const std::vector<chapter>& chapters) {
    description all;
    std::set<std::string> known;
    for (const chapter& one : chapters)
        for (const auto& [key, value] : one.machine)
            if (key != "profile" && key != "load before"
                && known.insert(key).second)
                all.emplace_back(key, value);
    return all;
}

// Links to the page's headings of the second level.
static paragraph contents(const document& page) {
    std::string links;
    for (const auto& one : page)
        if (const auto* at = std::get_if<heading>(&one); at && at->level == 2)
            links += fmt::format("{}[{}](#{})", links.empty() ? "" : " · ",
                                 at->text, anchor(at->text));
    return {links};
}

static document report_of(const std::vector<chapter>& chapters,
                          const std::vector<chapter_answer>& answers) {
    document page, rest;
    add_first_screen(page, chapters, answers);
    add_claims(rest, answers);
    add_chapters(rest, chapters);
    rest.emplace_back(heading{2, "The machine"});
    bullets machine;
    for (const auto& [key, value] : machine_of(chapters))
        machine.items.push_back(fmt::format("{}: {}", key, value));
    rest.emplace_back(std::move(machine));
    page.emplace_back(contents(rest));
    page.insert(page.end(), rest.begin(), rest.end());
    return page;
}

void write_report(const std::vector<chapter>& chapters,
                  const std::vector<chapter_answer>& answers,
                  const fs::path& directory) {
    const document page = report_of(chapters, answers);
    write_text(directory / "report.md", as_markdown(page, directory));
    write_text(directory / "report.html", as_html(page));
}
