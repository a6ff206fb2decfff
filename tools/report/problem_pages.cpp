#include "problem_pages.hpp"

#include "claims.hpp"
#include "curves.hpp"
#include "frontier.hpp"
#include "gnuplot.hpp"
#include "headings.hpp"
#include "lanes.hpp"
#include "percentiles.hpp"
#include "statistics.hpp"
#include "strip.hpp"

#include <fmt/format.h>

#include <algorithm>

static constexpr auto how_to_read =
    "`primes_threads@workers=4` is the program `primes_threads` with "
    "`--workers 4`; what the columns and the sources' names mean stands on "
    "the chapters' pages and in "
    "[book.md](../book.md#how-to-read-a-table-of-ours). Each round runs "
    "every variant once, in another order. Shown are the median and the "
    "range of the rounds. Times as fast: the median of the rounds' ratios "
    "to the first line of the table; of a variant with fewer runs, in the "
    "rounds that it has, so that it need not be the ratio of the two "
    "medians. Cores busy: CPU time by elapsed time, of the whole program or "
    "of that part which it times itself; 1 is one core at work and 0.05 is "
    "waiting. A peer is a program that is not of this book, or in another "
    "language, doing comparable work; a floor does less on purpose, to show "
    "what the rest costs. Who is fastest is named among those that ran in "
    "every round, together with all that are not slower by the rule of the "
    "claims. Nothing is said where nobody is, or where something that ran "
    "less often seems to be faster. In the pictures of single runs "
    "the first round is on top, "
    "so that a drift shows as a slope.";

static constexpr auto beside_title = "Ours and theirs, side by side:";
static constexpr auto published_title =
    "What the source has printed, on its author's machine, and what came out "
    "here; times as fast as the first line:";

static constexpr auto no_pictures = "No pictures: gnuplot is not installed.";

// "2026-11-21 10:00 UTC, --quick; load before 0.25 0.80 1.10"
static std::string measured_when(const chapter& of) {
    const std::string profile = machine_entry(of, "profile"),
                      load = machine_entry(of, "load before");
    std::string text = machine_entry(of, "date");
    if (!profile.empty() && profile != "default")
        text.append(", --").append(profile);
    if (!load.empty())
        text.append("; load before ").append(load);
    return text;
}

static std::string configuration(const problem& of) {
    const label& baseline = of.labels.front();
    return baseline.samples.empty()
               ? ""
               : baseline.samples.front().printed.configuration;
}

// The sentences under a problem's table.
static std::vector<std::string> remarks(const problem& of) {
    std::vector<std::string> all = of.notes;
    if (!configuration(of).empty())
        all.push_back(of.labels.front().name + " says: " + configuration(of));
    if (!self_comparison(of).empty())
        all.push_back(self_comparison(of));
    return all;
}

std::string terminal_summary(const chapter& of) {
    std::string text;
    for (const problem& one : of.problems) {
        text += fmt::format("\n{}. {}\n\n{}", heading_of(of), one.title,
                            as_text(comparison(one)));
        if (!side_by_side(one).rows.empty())
            text += fmt::format("\n{}\n{}\n", beside_title,
                                as_text(side_by_side(one)));
        if (!published_and_here(one).rows.empty())
            text += fmt::format("\n{}\n{}\n", published_title,
                                as_text(published_and_here(one)));
        for (const std::string& remark : remarks(one))
            text += remark + '\n';
        if (!finding(one).empty())
            text += finding(one) + '\n';
    }
    for (const std::string& warning : of.warnings)
        text += "warning: " + warning + '\n';
    return text;
}

// Of each problem what is fastest, where that can be told.
static table leaderboard(const chapter& of) {
    table t;
    t.head = {"problem", "fastest", "its figure", "times as fast", "as"};
    for (const problem& one : of.problems)
        if (const auto best = fastest(one); !best.empty()) {
            const bool first = has_baseline(best, one);
            t.rows.push_back(
                {fmt::format("[{0}](#{1})", one.title,
                             anchor(heading_of(of, one))),
                 names_of(best),
                 fmt::format("{}{}",
                             one.figure == "time" ? ""
                                                  : in_words(one.figure) + ": ",
                             show_value(one, best.front().middle)),
                 first ? "\u2013" : two_digits(best.front().times),
                 first ? "\u2013" : one.labels.front().name});
        }
    return t;
}

static void add_pictures(document& page, const chapter& c, const problem& p) {
    const auto add = [&](const std::string& name, const std::string& svg,
                         const std::string& caption,
                         const std::string& words = "") {
        if (!svg.empty())
            page.push_back(picture{name, svg, caption, words});
    };
    for (const label& one : p.labels)
        if (const std::string drawn = lanes_picture(one); !drawn.empty())
            add(c.name + "-" + one.name, drawn,
                fmt::format("{}: {}.", one.name, lanes_in_words(one)));
    const std::string name = c.name + "-" + p.name;
    for (const curves& shown : curves_of(p))
        add(name + "-by-" + shown.key,
            curves_picture(p, shown, c.name, cores_of(c)),
            shown.scaling
                ? "Times as fast, by " + shown.key + "; dashed: the ideal."
                : "By " + shown.key + ".",
            in_words(p, shown));
    add(name + "-percentiles", percentiles_picture(p, c.name),
        "How long the requests took: half, 90 and 99 of a hundred at most so "
        "long, and the longest; medians of the rounds.");
    add(name + "-frontier", frontier_picture(p, c.name),
        "After each name: how many rows are there if it is killed half-way. "
        "Filled: nobody is faster and keeps as much (but for a tenth).",
        frontier_in_words(p));
    add(name, strip_picture(p, c.name),
        "Every run is a dot; the bar is the median; circles: second runs.");
}

// Without figures that nobody has; and in several tables, each with the
// variants that have figures in it, if it is wider than a window.
static std::vector<table> not_too_wide(const problem& of) {
    constexpr std::size_t most = 125; // characters
    const table all = comparison(of);
    std::vector<std::vector<std::size_t>> parts = {{}};
    std::size_t first = 0, wide = 0;
    for (std::size_t c = 0; c < all.head.size(); ++c) {
        std::size_t longest = 0;
        for (std::size_t r = 0; r < all.rows.size(); ++r)
            if (all.troubled.count(r) == 0)
                longest = std::max(longest, all.rows[r][c].size());
        if (longest == 0 && c > 1) // in 1 stands why there are no figures
            continue;
        const std::size_t needs = std::max(longest, all.head[c].size()) + 2;
        if (c == 0)
            first = needs;
        if (wide + needs > most) {
            parts.push_back({0});
            wide = first;
        }
        parts.back().push_back(c);
        wide += needs;
    }
    std::vector<table> tables;
    for (const auto& columns : parts) {
        table part = with_columns(all, columns);
        if (!tables.empty()) { // what has no figures is in the first one
            for (auto r = part.troubled.rbegin(); r != part.troubled.rend();
                 ++r)
                part.rows.erase(part.rows.begin()
                                + static_cast<std::ptrdiff_t>(*r));
            part.troubled.clear();
            // Nor has it a row for who has no figure in it.
            std::erase_if(part.rows, [](const auto& row) {
                return std::all_of(
                    row.begin() + 1, row.end(),
                    [](const auto& cell) { return cell.empty(); });
            });
        }
        tables.push_back(std::move(part));
    }
    return tables;
}

static void add_problem(document& page, const chapter& c, const problem& p) {
    page.push_back(heading{3, heading_of(c, p)});
    if (!finding(p).empty())
        page.push_back(paragraph{finding(p)});
    for (const table& part : not_too_wide(p))
        page.push_back(shown_table{part});
    if (const table beside = side_by_side(p); !beside.rows.empty()) {
        page.push_back(paragraph{beside_title});
        page.push_back(shown_table{beside});
    }
    if (const table both = published_and_here(p); !both.rows.empty()) {
        page.push_back(paragraph{published_title});
        page.push_back(shown_table{both});
    }
    add_pictures(page, c, p);
    if (!remarks(p).empty())
        page.push_back(bullets{remarks(p)});
}

void add_chapters(document& page, const std::vector<chapter>& chapters) {
    page.push_back(heading{2, "Who is fastest"});
    bool anybody = false;
    for (const chapter& c : chapters)
        if (const table best = leaderboard(c); !best.rows.empty()) {
            page.push_back(heading{3, "Fastest in " + c.title});
            page.push_back(shown_table{best, true});
            anybody = true;
        }
    if (!anybody)
        page.push_back(paragraph{"Nobody, as far as these rounds can tell."});
    page.push_back(heading{2, "How to read the tables"});
    page.push_back(paragraph{how_to_read});
    if (!have_gnuplot())
        page.push_back(paragraph{no_pictures});
    for (const chapter& c : chapters) {
        page.push_back(heading{2, heading_of(c)});
        page.push_back(
            paragraph{fmt::format("Measured {}.", measured_when(c))});
        for (const problem& p : c.problems)
            add_problem(page, c, p);
        for (const std::string& warning : c.warnings)
            page.push_back(paragraph{fmt::format("**Warning:** {}", warning)});
    }
}
