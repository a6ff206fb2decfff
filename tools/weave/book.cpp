#include "book.hpp"

#include "tools/report/document.hpp"
#include "tools/report/files.hpp"
#include "tools/report/reference.hpp"
#include "transcript.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <regex>

namespace fs = std::filesystem;

book::book(fs::path root) : root_(std::move(root)) {
    for (const auto& entry : fs::directory_iterator(root_ / "chapters"))
        chapters_.push_back(entry.path().filename());
    std::sort(chapters_.begin(), chapters_.end());
    for (const std::string& name : chapters_) {
        const fs::path path = root_ / "chapters" / name / "reference.json";
        if (fs::exists(path)) {
            references_[name] = read_reference(read_text(path));
            references_[name].name = name;
        }
    }
}

std::vector<fs::path> book::pages() const {
    std::vector<fs::path> all = {root_ / "README.md", root_ / "book.md"};
    for (const std::string& name : chapters_)
        for (const fs::path& page : pages_in(root_ / "chapters" / name))
            all.push_back(page);
    return all;
}

std::vector<stated_claim>
book::claims_of(const std::string& chapter_name) const {
    std::string text;
    for (const fs::path& page : pages_in(root_ / "chapters" / chapter_name))
        text += read_text(page) + '\n';
    return claims_on(text);
}

std::string book::chapter_of(const fs::path& page) const {
    const std::string name =
        fs::absolute(page).parent_path().filename().string();
    const bool is_chapter =
        std::find(chapters_.begin(), chapters_.end(), name) != chapters_.end();
    return is_chapter ? name : "";
}

library book::references(const std::string& chapter_name) const {
    library all;
    for (const auto& [name, reference] : references_)
        all.insert(name == chapter_name ? all.begin() : all.end(), &reference);
    return all;
}

void book::require_declared(const std::string& label) {
    if (declared_.empty())
        for (const std::string& name : chapters_) {
            const fs::path script = root_ / "chapters" / name / "time.sh";
            if (!fs::exists(script))
                continue;
            // PROBLEM, LABEL and COMMAND, with tabs between them
            for (const std::string& line :
                 run_command(fmt::format("'{}' --list", script.string()), "")) {
                const auto first = line.find('\t') + 1;
                declared_.insert(
                    line.substr(first, line.find('\t', first) - first));
            }
        }
    if (declared_.count(label) == 0)
        throw std::runtime_error(
            fmt::format("no time.sh declares the label {}", label));
}

// --- Links -------------------------------------------------------------------

std::set<std::string> book::anchors(const text_lines& page) {
    std::set<std::string> all;
    bool in_code = false;
    for (const std::string& line : page) {
        in_code = in_code != line.starts_with("```");
        if (in_code || !line.starts_with('#'))
            continue;
        all.insert(anchor(line.substr(line.find_first_not_of("# "))));
    }
    return all;
}

static void follow(const fs::path& page, const std::string& link) {
    const auto hash = link.find('#');
    const std::string path = link.substr(0, hash);
    const fs::path target = path.empty() ? page : page.parent_path() / path;
    if (!fs::exists(target))
        throw std::runtime_error("there is no such file");
    if (hash == link.npos)
        return;
    const std::string place = link.substr(hash + 1);
    const text_lines lines = split_lines(read_text(target));
    std::smatch parts;
    if (std::regex_match(place, parts, std::regex("L([0-9]+)(-L([0-9]+))?"))) {
        const std::string last = parts[3].matched ? parts[3] : parts[1];
        if (std::stoul(last) > lines.size())
            throw std::runtime_error("the file is shorter");
    } else if (book::anchors(lines).count(place) == 0) {
        throw std::runtime_error("there is no such heading");
    }
}

std::vector<complaint> dead_links(const fs::path& page,
                                  const text_lines& lines) {
    static const std::regex form(R"(\]\(([^)\s]+)\))");
    std::vector<complaint> dead;
    bool in_code = false;
    for (std::size_t i = 0; i < lines.size(); ++i) {
        in_code = in_code != lines[i].starts_with("```");
        if (in_code)
            continue;
        for (std::sregex_iterator at(lines[i].begin(), lines[i].end(), form),
             end;
             at != end; ++at) {
            const std::string link = (*at)[1];
            if (link.find("://") != link.npos)
                continue; // another site's: not for a test
            try {
                follow(page, link);
            } catch (const std::runtime_error& error) {
                dead.push_back(
                    {i + 1, fmt::format("the link {}: {}", link, error.what()),
                     ""});
            }
        }
    }
    return dead;
}
