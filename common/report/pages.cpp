#include "pages.hpp"

#include "common/check.hpp"
#include "curves.hpp"
#include "document.hpp"
#include "files.hpp"
#include "forest.hpp"
#include "gnuplot.hpp"
#include "lanes.hpp"
#include "percentiles.hpp"
#include "statistics.hpp"
#include "strip.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace fs = std::filesystem;

static constexpr auto how_to_read =
    "`primes_threads@workers=4` is the program `primes_threads` with "
    "`--workers "
    "4`; what the columns and the sources' names mean stands on the chapters' "
    "pages and in [book.md](../book.md#how-to-read-a-table-of-ours). "
    "Each round runs every variant once, in another order. Shown are the "
    "median and the range of the rounds. Times as fast: the median of the "
    "rounds' ratios to the first line of the table; of a variant with fewer "
    "runs, in the rounds that it has, so that it need not be the ratio of the "
    "two medians. Cores busy: CPU time by "
    "elapsed time, of the whole program or of that part which it times "
    "itself; 1 is one core at work and 0.05 is waiting. A peer is a program "
    "that is not of this book, or in another language, doing comparable "
    "work; a floor does less on purpose, to show what the rest costs. Who is "
    "fastest is named with all those that are behind by no more than the "
    "first line's second runs differ from its first ones. In the pictures of "
    "single runs the first round is on top, so that a drift shows as a slope.";

// The paragraphs that a reader of verdicts should trust.
static constexpr auto how_we_decide =
    "A claim compares two figures, or one with a number: *one process takes "
    "more than 1.5 times as long as two*. Both ran in every round, seconds "
    "apart or in the same run, so we take their ratio round by round: a slow "
    "minute of the machine hits both and drops out. Say that ten rounds gave "
    "1.88, 1.90, 1.86, 1.91, 1.89, 1.87, 1.90, 1.20, 1.88 and 1.89. Where does "
    "the middle of such ratios lie? The mean of any two of them is a guess at "
    "it. Sorted, the 55 guesses reach from 1.20 to 1.91, and we leave out some "
    "at both ends: so many that the true middle lies between the others but "
    "for 5 cases in 100, divided by the number of claims that the chapter "
    "makes, for who asks often must ask for surer answers. (That is the "
    "interval of Wilcoxon's signed-rank test. It assumes that the noise has "
    "two equal sides, and no bell shape; one wild round, as above, may leave a "
    "claim undecided, but does not turn it around.)";

static constexpr auto how_we_widen =
    "Then we ask the machine how far it can be trusted. Each problem's "
    "first variant runs twice in every round, under the same name. The same "
    "interval, of its second runs against the first, should be at 1 (or of "
    "the claim's own ratio, where both of its figures come from one run); "
    "how far its further end is from there is noise, and the claim's "
    "interval is made wider by as much at both ends. That is what stands in "
    "brackets. If all of it is on the one side of what was claimed, the "
    "claim *holds*; if all of it is on the other, it *does not hold here*; "
    "else it is *undecided*. Counts, such as commits, need no such care: "
    "the claim must be true in every round, and the brackets have the least "
    "and the most.";

static constexpr auto how_to_decide_more =
    "What is undecided may be decided with `--full`, and on a machine that "
    "has nothing else to do. Some programs watch whether others use the "
    "cores meanwhile, and then call their figures unreliable: such a round "
    "is left out, and the verdict says so; with more than half of the "
    "rounds left out there is none.";

static constexpr auto how_far =
    "A figure without a unit is a ratio or a count. In the pictures 1 is the "
    "limit. On the right of that line a claim holds, on the left it does not, "
    "and if its bar, the interval, is across the line, it is undecided. At 2 "
    "it holds by a factor of 2: the figure is twice the limit, or half of it "
    "if less was claimed. What is ten times away or more is drawn at the edge. "
    "Rings: the book's machine.";

static constexpr auto beside_title = "Ours and theirs, side by side:";

static constexpr auto no_pictures = "No pictures: gnuplot is not installed.";

static std::string number_of(const auto& of) { // a chapter or its answer
    return of.name.substr(0, of.name.find('-'));
}

static std::string heading_of(const auto& of) {
    return fmt::format("Chapter {}: {}", number_of(of), of.title);
}

// Two chapters may have a problem of one name.
static std::string heading_of(const chapter& c, const problem& p) {
    return fmt::format("{}: {}", number_of(c), p.title);
}

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

// "Intel(R) Xeon(R) Processor, CPUs we may use: 2, 24 GiB, ..."
static std::string machine_in_a_line(const chapter& of) {
    std::string line = machine_entry(of, "processor");
    for (const auto& [key, words] :
         {std::pair{"CPUs we may use", "CPUs we may use: "},
          {"memory", ""},
          {"system", ""},
          {"compiler", ""},
          {"date", ""}})
        if (const std::string text = machine_entry(of, key); !text.empty())
            line += fmt::format(", {}{}", words,
                                text.substr(0, text.find(", -std")));
    return line + '.';
}

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

// --- The terminal ----------------------------------------------------------

std::string terminal_summary(const chapter& of) {
    std::string text;
    for (const problem& one : of.problems) {
        text += fmt::format("\n{}. {}\n\n{}", heading_of(of), one.title,
                            as_text(comparison(one)));
        if (!side_by_side(one).rows.empty())
            text += fmt::format("\n{}\n{}\n", beside_title,
                                as_text(side_by_side(one)));
        for (const std::string& remark : remarks(one))
            text += remark + '\n';
        if (!finding(one).empty())
            text += finding(one) + '\n';
    }
    for (const std::string& warning : of.warnings)
        text += "warning: " + warning + '\n';
    return text;
}

// As wrapped() breaks it.
static std::string in_lines(const std::string& text,
                            const std::string& first = "",
                            const std::string& indent = "") {
    return fmt::format("{}\n", fmt::join(wrapped(text, first, indent), "\n"));
}

// Their names, with what is notable: the figure of what does not hold, or is
// undecided; why one was not measured, which may be our own fault. `linked`:
// to the claim's words, a source's in italics.
static std::string listed(const std::vector<judged_claim>& claims,
                          bool linked) {
    std::string all;
    for (const judged_claim& one : claims) {
        const claim& stated = one.said.stated;
        const char* mark = linked && one.said.kind == "seed" ? "*" : "";
        all.append(all.empty() ? "" : "; ")
            .append(linked ? fmt::format("{0}[{1}](#{2}){0}", mark,
                                         name_in_words(stated), stated.id)
                           : name_in_words(stated));
        if (one.here.given == answer::not_measured)
            all += fmt::format(" ({})", one.here.why);
        else if (one.here.given != answer::holds)
            all += fmt::format(
                " ({}, {} {})",
                one.here.given == answer::undecided
                    ? figure_of(stated, one.here)
                    : show_held(stated,
                                one.here.against_factor(one.here.ratio)),
                one.said.text.find("let us say") == std::string::npos
                    ? "stated"
                    : "we ask",
                stated_limit(stated, one.here));
    }
    return all;
}

static constexpr answer all_answers[] = {answer::holds, answer::does_not_hold,
                                         answer::undecided,
                                         answer::not_measured};

std::string terminal_glance(const std::vector<chapter>& chapters,
                            const std::vector<chapter_answer>& answers) {
    std::string text =
        fmt::format("\n{}", in_lines(machine_in_a_line(chapters.front())));
    for (const chapter_answer& one : answers) {
        text +=
            fmt::format("\n{}", in_lines(heading_of(one) + ". " + one.answer));
        if (one.quick) {
            text += "  No verdicts with --quick.\n";
            continue;
        }
        for (const answer given : all_answers)
            if (const auto claims = claims_with(one, given); !claims.empty())
                text += in_lines(fmt::format("{}: {}", in_words(given),
                                             listed(claims, false)),
                                 "  ", "    ");
    }
    if (!tally(answers).empty())
        text += fmt::format("\n{}", in_lines(tally(answers)));
    return text;
}

// --- The report ------------------------------------------------------------

// Only these columns of it.
static table with_columns(const table& of,
                          const std::vector<std::size_t>& columns) {
    table part;
    const auto pick = [&](const std::vector<std::string>& cells) {
        std::vector<std::string> picked;
        picked.reserve(columns.size());
        for (const std::size_t c : columns)
            picked.push_back(cells[c]);
        return picked;
    };
    part.head = pick(of.head);
    for (const auto& row : of.rows)
        part.rows.push_back(pick(row));
    part.troubled = of.troubled;
    return part;
}

// A line for each chapter: its answer and its claims by verdict.
static table glance(const std::vector<chapter_answer>& answers) {
    table t;
    t.head = {"chapter", "holds", "does not hold here", "undecided",
              "not measured here"};
    bool all_measured = true;
    for (const chapter_answer& one : answers) {
        std::vector<std::string> row = {
            one.page.empty()
                ? heading_of(one)
                : fmt::format("[**{}**](../{}) {}", heading_of(one), one.page,
                              one.answer)};
        for (const answer given : all_answers)
            row.push_back(given == answer::not_measured && one.quick
                              ? "no verdicts with --quick"
                              : listed(claims_with(one, given), true));
        all_measured = all_measured && row.back().empty();
        for (std::string& cell : row)
            cell = cell.empty() ? "\u2013" : cell;
        t.rows.push_back(row);
    }
    return all_measured ? with_columns(t, {0, 1, 2, 3}) : t;
}

static void add_forest(document& page, const chapter_answer& one) {
    const std::string svg = forest_picture(one);
    if (svg.empty())
        return;
    std::string others;
    const auto lines = forest_of(one);
    for (const judged_claim& each : one.claims)
        if (std::none_of(lines.begin(), lines.end(), [&](const auto& line) {
                return line.name == name_in_words(each.said.stated);
            }))
            others +=
                (others.empty() ? " Not drawn, because not measured or no "
                                  "claim of more or less: "
                                : "; ")
                + name_in_words(each.said.stated);
    page.push_back(
        picture{one.name + "-claims", svg,
                fmt::format("By which factor the claims of {} "
                            "hold.{}{}",
                            one.title, others, others.empty() ? "" : ".")});
}

static table all_claims(const chapter_answer& one) {
    table t;
    t.head = {"claim", "limit", "the book's machine", "here", "verdict"};
    for (const judged_claim& each : one.claims) {
        const claim& stated = each.said.stated;
        const auto measured = [&](const verdict& found) {
            return found.given == answer::not_measured && found.ratio == 0
                       ? "not measured"
                       : figure_of(stated, found);
        };
        std::string book = "not measured";
        if (each.reference) {
            book = measured(*each.reference);
            if (each.here.given != answer::not_measured
                && each.reference->given != each.here.given)
                book +=
                    fmt::format(": **{}**", in_words(each.reference->given));
        }
        const std::string quote =
            stated.quote.empty() ? "" : fmt::format(": {}", stated.quote);
        t.rows.push_back(
            {fmt::format("**{}** ({}{}) {} `{} {} {}`", name_in_words(stated),
                         who_says(each.said), quote, each.said.text,
                         stated.left,
                         stated.relation == "within"
                             ? fmt::format("within {} % of", stated.within)
                             : stated.relation,
                         stated.right),
             stated_limit(stated, each.here), book, measured(each.here),
             explained(stated, each.here)});
    }
    return t;
}

// Of each problem what is fastest, ours or a peer.
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
        add(c.name + "-" + one.name, lanes_picture(one),
            fmt::format("{}: {}.", one.name, lanes_in_words));
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
    add(name, strip_picture(p, c.name),
        "Every run is a dot; the bar is the median; circles: second runs.");
}

// Without figures that nobody has; and in several tables, the variants in all
// of them, if it is wider than a window.
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
        if (longest == 0 && c > 0)
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
    add_pictures(page, c, p);
    if (!remarks(p).empty())
        page.push_back(bullets{remarks(p)});
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
    document page;
    page.push_back(heading{1, "Many Hands: the comparison report"});
    page.push_back(paragraph{fmt::format(
        "{} {}", machine_in_a_line(chapters.front()),
        tally(answers).empty() ? "" : fmt::format("**{}**", tally(answers)))});
    page.push_back(shown_table{glance(answers), true});
    page.push_back(paragraph{
        "In italics: what a source claims, so that *does not hold here* speaks "
        "of the source. The others are this book's own claims. The sources "
        "speak of Python; measured are programs in C++, and in some places "
        "CPython beside them. *We ask*: the source gives no number, so we took "
        "one. Each name leads to the claim in words, with the figures of this "
        "machine and of the book's."});
    const auto here = static_cast<std::ptrdiff_t>(page.size());
    page.push_back(heading{2, "All claims"});
    page.push_back(paragraph{how_far});
    for (const chapter_answer& one : answers)
        if (!one.claims.empty()) {
            page.push_back(heading{3, "Claims of " + one.title});
            if (!one.book_machine.empty())
                page.push_back(paragraph{one.book_machine});
            add_forest(page, one);
            page.push_back(shown_table{all_claims(one), true});
        }
    page.push_back(heading{3, "How a verdict comes about"});
    for (const char* text : {how_we_decide, how_we_widen, how_to_decide_more})
        page.push_back(paragraph{text});
    page.push_back(heading{2, "Who is fastest"});
    for (const chapter& c : chapters)
        if (const table best = leaderboard(c); !best.rows.empty()) {
            page.push_back(heading{3, "Fastest in " + c.title});
            page.push_back(shown_table{best, true});
        }
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
    page.push_back(heading{2, "The machine"});
    bullets machine;
    for (const auto& [key, value] : machine_of(chapters))
        machine.items.push_back(fmt::format("{}: {}", key, value));
    page.push_back(machine);
    page.insert(page.begin() + here, contents(page));
    return page;
}

void write_report(const std::vector<chapter>& chapters,
                  const std::vector<chapter_answer>& answers,
                  const fs::path& directory) {
    const document page = report_of(chapters, answers);
    write_text(directory / "report.md", as_markdown(page, directory));
    write_text(directory / "report.html", as_html(page));
}
