#include "verdict_pages.hpp"

#include "forest.hpp"
#include "headings.hpp"

#include <fmt/format.h>

#include <algorithm>

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

void add_first_screen(document& page, const std::vector<chapter>& chapters,
                      const std::vector<chapter_answer>& answers) {
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
}

void add_claims(document& page, const std::vector<chapter_answer>& answers) {
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
}
