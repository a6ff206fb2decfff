#include "markers.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <regex>
#include <set>
#include <stdexcept>

std::string join_lines(const text_lines& lines) {
    std::string text;
    for (const std::string& line : lines)
        text += line + '\n';
    return text;
}

std::string difference(const text_lines& before, const text_lines& after) {
    const auto heads =
        std::mismatch(before.begin(), before.end(), after.begin(), after.end());
    const auto same = static_cast<std::size_t>(heads.first - before.begin());
    std::size_t tail = 0;
    while (tail < std::min(before.size(), after.size()) - same
           && before[before.size() - 1 - tail]
                  == after[after.size() - 1 - tail])
        ++tail;
    text_lines shown;
    const auto show = [&shown](char sign, const text_lines& of,
                               std::size_t from, std::size_t end) {
        for (std::size_t i = from; i < std::min(end, of.size()); ++i)
            shown.push_back(fmt::format("    {} {}", sign, of[i]));
    };
    show(' ', before, same < 2 ? 0 : same - 2, same);
    show('-', before, same, before.size() - tail);
    show('+', after, same, after.size() - tail);
    show(' ', before, before.size() - tail, before.size() - tail + 2);
    return join_lines(shown);
}

static const std::set<std::string> kinds = {
    "code", "output", "table", "seed", "claim", "n", "machine", "answer"};

static std::runtime_error wrong(const std::string& what) {
    return std::runtime_error(what);
}

// The text between <!-- and -->, taken apart. Kind "/code" ends a block.
static marker read_marker(const std::string& inside, std::size_t line) {
    if (inside.find("--") != inside.npos)
        throw wrong("two hyphens inside a marker: HTML comments end there for "
                    "some readers");
    static const std::regex form(" (/?[a-z]+)(?::? (.*?))? ");
    std::smatch parts;
    if (!std::regex_match(inside, parts, form)
        || kinds.count(parts[1].str().substr(inside.at(1) == '/')) == 0)
        throw wrong(fmt::format("no marker is called '{}'; there are code, "
                                "output, table, machine, n, seed, claim and "
                                "answer",
                                inside));
    return {parts[1], parts[2], line};
}

// One walk over one page.
class walk {
  public:
    walk(const std::string& page, const filler& fill)
        : lines_(split_lines(page)), fill_(fill) {}

    woven_page run() {
        while (at_ < lines_.size())
            step();
        page_.text = join_lines(out_);
        return std::move(page_);
    }

  private:
    void complain(std::size_t line, const std::string& what) {
        page_.errors.push_back({line, what, ""});
    }

    void step() {
        const std::string& line = lines_[at_];
        if (line.starts_with("```") || line.starts_with("~~~")) {
            copy_fence();
        } else if (line.find("<!--") == line.npos) {
            out_.push_back(lines_[at_++]);
        } else if (line.starts_with("<!--")
                   && line.find("-->") == line.size() - 3) {
            block();
        } else {
            out_.push_back(with_figures(line, at_ + 1));
            ++at_;
        }
    }

    // Code that the page shows; a marker in it is only text.
    void copy_fence() {
        const std::size_t first = at_;
        const std::string fence = lines_[at_].substr(0, 3);
        do
            out_.push_back(lines_[at_++]);
        while (at_ < lines_.size() && !lines_[at_].starts_with(fence));
        if (at_ == lines_.size())
            complain(first + 1, "this code never ends: no " + fence);
        else
            out_.push_back(lines_[at_++]);
    }

    void block() try {
        const std::string& line = lines_[at_];
        const marker opening =
            read_marker(line.substr(4, line.size() - 7), at_ + 1);
        if (opening.kind[0] == '/')
            throw wrong("ends a block that has not begun");
        if (opening.kind == "n")
            throw wrong("stands alone: n belongs within a line of prose");
        if (at_ > 0 && lines_[at_ - 1].starts_with('|'))
            throw wrong("a marker inside a table, or no empty line before it");
        const std::string closing = "<!-- /" + opening.kind + " -->";
        std::size_t end = at_ + 1;
        while (end < lines_.size() && lines_[end] != closing
               && !lines_[end].starts_with("<!-- "))
            ++end;
        if (end == lines_.size() || lines_[end] != closing)
            throw wrong("this block never ends: no " + closing);
        const text_lines body(
            lines_.begin() + static_cast<std::ptrdiff_t>(at_ + 1),
            lines_.begin() + static_cast<std::ptrdiff_t>(end));
        out_.push_back(line);
        if (opening.kind == "answer") { // prose; only its figures are filled
            for (++at_; at_ < end; ++at_)
                out_.push_back(with_figures(lines_[at_], at_ + 1));
            out_.push_back(lines_[at_++]);
            return;
        }
        at_ = end + 1;
        for (const std::string& filled : filled_in(opening, body))
            out_.push_back(filled);
        out_.push_back(closing);
    } catch (const std::runtime_error& error) {
        complain(at_ + 1, error.what());
        out_.push_back(lines_[at_++]);
    }

    text_lines filled_in(const marker& opening, const text_lines& body) {
        ++page_.markers;
        try {
            text_lines after = fill_(opening, body);
            if (after != body)
                page_.drifts.push_back(
                    {opening.line,
                     fmt::format("{} {}", opening.kind, opening.argument),
                     difference(body, after)});
            return after;
        } catch (const std::runtime_error& error) {
            complain(opening.line, fmt::format("{} {}: {}", opening.kind,
                                               opening.argument, error.what()));
            return body;
        }
    }

    // A line of prose, with what stands between <!-- n: … --> and <!-- /n -->.
    std::string with_figures(std::string line, std::size_t number) try {
        if (line.starts_with('|') && line.find("<!--") != line.npos)
            throw wrong("a marker inside a table");
        static const std::regex first(R"(\s*([-*+>]|\d+[.)])?\s*<!--.*)");
        if (std::regex_match(line, first))
            throw wrong("a marker at the beginning of a line: for GitHub no "
                        "Markdown follows then; put a word before it");
        const auto end_of = [&](std::size_t open) {
            const auto close = line.find("-->", open);
            if (close == line.npos)
                throw wrong("this marker does not end in its line");
            return close;
        };
        for (std::size_t from = 0;
             (from = line.find("<!--", from)) != line.npos;) {
            const auto close = end_of(from);
            const marker at =
                read_marker(line.substr(from + 4, close - from - 4), number);
            if (at.kind != "n")
                throw wrong(
                    fmt::format("'{}' must stand alone on its line", at.kind));
            const auto text = close + 3;
            const auto end = line.find("<!-- /n -->", text);
            if (end == line.npos)
                throw wrong("this n does not end in its line");
            const text_lines filled =
                filled_in(at, {line.substr(text, end - text)});
            line.replace(text, end - text, filled.at(0));
            from = line.find("<!-- /n -->", text) + 11;
        }
        return line;
    } catch (const std::runtime_error& error) {
        complain(number, error.what());
        return line;
    }

    text_lines lines_, out_;
    std::size_t at_ = 0;
    const filler& fill_;
    woven_page page_;
};

woven_page weave_page(const std::string& page, const filler& fill) {
    return walk(page, fill).run();
}
