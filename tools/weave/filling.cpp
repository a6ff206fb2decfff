#include "filling.hpp"

#include "excerpt.hpp"
#include "tools/report/files.hpp"
#include "tools/report/statistics.hpp"
#include "tools/report/tables.hpp"
#include "transcript.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <iterator>
#include <regex>
#include <set>
#include <sstream>

namespace fs = std::filesystem;

filling::filling(book& of, fs::path page, const std::string& text,
                 std::string bin)
    : book_(of), page_(std::move(page)), chapter_(book_.chapter_of(page_)),
      bin_(std::move(bin)), library_(book_.references(chapter_)),
      claims_(claims_on(text)),
      together_(count_scattering(book_.claims_of(chapter_), library_)) {}

text_lines filling::operator()(const marker& at, const text_lines& body) {
    if (at.kind == "code")
        return code(at.argument);
    if (at.kind == "output")
        return output(at.argument, body);
    if (at.kind == "table")
        return table_of(at.argument);
    if (at.kind == "machine")
        return machine(at.argument);
    if (at.kind == "n")
        return figure(at.argument);
    const std::string line = check_claim(at);
    text_lines filled = {""};
    for (const std::string& one : body)
        if (!one.empty() && !one.starts_with(says))
            filled.push_back(one.starts_with("> ") ? one : "> " + one);
    filled.push_back(line);
    filled.emplace_back();
    return filled;
}

// --- Programs ----------------------------------------------------------------

text_lines filling::code(const std::string& argument) const {
    const auto hash = argument.find('#');
    if (hash == argument.npos)
        throw std::runtime_error("wants FILE#NAME");
    const std::string file = argument.substr(0, hash);
    const excerpt found =
        find_excerpt(split_lines(read_text(page_.parent_path() / file)),
                     argument.substr(hash + 1));
    text_lines filled = {"```cpp"};
    filled.insert(filled.end(), found.code.begin(), found.code.end());
    filled.push_back("```");
    filled.push_back(fmt::format(
        "[{}, lines {} to {}]({}#L{}-L{})", fs::path(file).filename().string(),
        found.first, found.last, file, found.first, found.last));
    return filled;
}

text_lines filling::output(const std::string& argument,
                           const text_lines& body) const {
    const faith how = read_faith(argument);
    // Its fences, its command, and what the command printed.
    if (body.size() < 3 || body.front() != "```" || body.back() != "```"
        || !body[1].starts_with("$ "))
        throw std::runtime_error("wants ``` around lines of which the first "
                                 "is $ and a command");
    const text_lines shown(body.begin() + 2, body.end() - 1);
    const text_lines printed = run_command(body[1].substr(2), bin_);
    if (agree(shown, printed, how))
        return body; // what varies need not change
    text_lines filled = {body[0], body[1]};
    filled.insert(filled.end(), printed.begin(), printed.end());
    filled.push_back("```");
    return filled;
}

// --- Measurements ------------------------------------------------------------

void filling::require_declared(const std::string& expression) const {
    for (const std::string& label : labels_in(expression))
        book_.require_declared(label);
}

const chapter& filling::reference() const {
    if (library_.empty() || library_.front()->name != chapter_)
        throw std::runtime_error(
            "the chapter has no reference.json; time.sh --reference makes it");
    return *library_.front();
}

text_lines filling::figure(const std::string& expression) const {
    require_declared(expression);
    return {figure_in_prose(expression, library_)};
}

// Empty lines around it: else some readers take the markers for rows.
static text_lines between_empty_lines(const std::string& markdown) {
    text_lines lines = split_lines(markdown);
    lines.insert(lines.begin(), "");
    lines.emplace_back();
    return lines;
}

// "PROBLEM", or "PROBLEM | LABEL LABEL": only these, compared with the first;
// or "PROBLEM | LABEL LABEL | FIGURE FIGURE": with these columns and no others;
// or "PROBLEM beside": what others make of the same; or "PROBLEM published":
// what a source has printed.
text_lines filling::table_of(const std::string& argument) const {
    if (argument == "claims")
        return verdicts();
    const auto bar = argument.find(" | ");
    const auto second_bar =
        bar == argument.npos ? bar : argument.find(" | ", bar + 3);
    std::string name = argument.substr(0, bar);
    const bool beside = name.ends_with(" beside");
    const bool published = name.ends_with(" published");
    if (beside || published)
        name.erase(name.rfind(' '));
    const problem* found = nullptr; // the page's own chapter comes first
    for (const chapter* one : library_)
        for (const problem& of : one->problems)
            if (found == nullptr && of.name == name)
                found = &of;
    if (found == nullptr)
        throw std::runtime_error("no reference.json has this problem");
    problem shown = *found;
    if (bar != argument.npos) {
        shown.labels.clear();
        std::istringstream labels(
            argument.substr(bar + 3, second_bar - bar - 3));
        for (std::string one; labels >> one;) {
            const auto of = std::find_if(
                found->labels.begin(), found->labels.end(),
                [&](const label& named) { return named.name == one; });
            if (of == found->labels.end())
                throw std::runtime_error(fmt::format("has no label {}", one));
            shown.labels.push_back(*of);
        }
    }
    for (const label& one : shown.labels)
        book_.require_declared(one.name);
    table t = beside      ? side_by_side(shown)
              : published ? published_and_here(shown)
                          : comparison(shown);
    const auto without = [&t](std::size_t column) {
        const auto at = static_cast<std::ptrdiff_t>(column);
        t.head.erase(t.head.begin() + at);
        for (auto& row : t.rows)
            row.erase(row.begin() + at);
    };
    if (second_bar != argument.npos) {
        std::set<std::string> wanted = {"variant", in_words(shown.figure)};
        std::istringstream figures(argument.substr(second_bar + 3));
        for (std::string one; figures >> one;)
            if (!wanted.insert(in_words(one)).second
                || std::find(t.head.begin(), t.head.end(), in_words(one))
                       == t.head.end())
                throw std::runtime_error(
                    fmt::format("has no further figure {}", one));
        for (std::size_t column = t.head.size(); column-- > 0;)
            if (wanted.count(t.head[column]) == 0)
                without(column);
    } else if (!beside && !published) { // the foot of the page says it
        without(static_cast<std::size_t>(
            std::find(t.head.begin(), t.head.end(), "runs") - t.head.begin()));
    }
    for (auto& row : t.rows) {
        const auto end = row[0].find(" (");
        row[0] = fmt::format("`{}`{}", row[0].substr(0, end),
                             end == row[0].npos ? "" : row[0].substr(end));
        if (row.size() > 2
            && !row[2].empty()) // figures do not break between lines
            for (std::size_t c = 1; c < row.size(); ++c)
                row[c] = std::regex_replace(row[c], std::regex(" "), "\u00a0");
    }
    return between_empty_lines(as_markdown(t));
}

text_lines filling::machine(const std::string& problems) const {
    const chapter& measured = reference();
    std::istringstream words(problems);
    const std::set<std::string> wanted{
        std::istream_iterator<std::string>(words), {}};
    for (const std::string& name : wanted)
        if (std::none_of(measured.problems.begin(), measured.problems.end(),
                         [&](const problem& one) { return one.name == name; }))
            throw std::runtime_error(
                fmt::format("there is no problem {}", name));
    std::string text = "Measured on";
    for (const auto& [name, value] : measured.machine)
        if (name == "date")
            text.append(" ").append(value);
        else if (value != "unknown" && name != "load before"
                 && name != "profile")
            text += fmt::format("; {} {}", name, value);
    std::size_t most = 0, least = 1000;
    for (const problem& one : measured.problems)
        for (const label& named : one.labels)
            if (named.kind != "absent") {
                most = std::max(most, named.rounds);
                least = std::min(least, named.rounds);
            }
    text += fmt::format(". Medians of {} rounds", most);
    if (least < most)
        text += fmt::format(", of peers and points of curves {}", least);
    text += '.';
    text_lines lines = wrapped(text);
    for (const problem& one : measured.problems) {
        if (!wanted.empty() && wanted.count(one.name) == 0)
            continue;
        const bool asks = one.title.ends_with('?');
        std::string more = fmt::format("*{}{}*", one.title, asks ? "" : ".");
        for (const std::string& note : one.notes)
            more.append(" ").append(note);
        more.append(" ").append(self_comparison(one));
        lines.emplace_back();
        for (const std::string& line : wrapped(more))
            lines.push_back(line);
    }
    return lines;
}

// --- Claims ------------------------------------------------------------------

std::string filling::check_claim(const marker& at) const {
    const claim stated = read_claim(at.kind, at.argument);
    require_declared(stated.left);
    require_declared(stated.right);
    const chapter& measured = reference();
    const verdict found =
        judge(stated, together_, cores_of(measured), library_);
    const std::string who = who_says({stated, at.kind, ""});
    // Of a source's claim each verdict is an answer.
    if (at.kind != "seed"
        && (found.given == answer::does_not_hold
            || found.given == answer::undecided))
        throw std::runtime_error(
            fmt::format("reference.json says: {}, between {} and {}",
                        answer_to(stated, found),
                        two_digits(found.against_factor(found.low)),
                        two_digits(found.against_factor(found.high))));
    return fmt::format("{}{}; *{}*", says, who, answer_to(stated, found));
}

text_lines filling::verdicts() const {
    const chapter& measured = reference();
    table t;
    t.head = {"who", "says", "on the machine below"};
    for (const stated_claim& one : claims_) {
        const verdict found =
            judge(one.stated, together_, cores_of(measured), library_);
        t.rows.push_back(
            {who_says(one), one.text, answer_to(one.stated, found)});
    }
    text_lines lines = between_empty_lines(as_markdown(t));
    lines.at(2) = "|:--|:--|:--|"; // these are no numbers
    return lines;
}
