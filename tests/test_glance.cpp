// What the report says of the book's pages, and its pictures by numbers.
#include "catch.hpp"
#include "temporary_directory.hpp"
#include "tools/report/curves.hpp"
#include "tools/report/document.hpp"
#include "tools/report/files.hpp"
#include "tools/report/forest.hpp"
#include "tools/report/frontier.hpp"
#include "tools/report/glance.hpp"
#include "tools/report/pages.hpp"
#include "tools/report/percentiles.hpp"
#include "tools/report/problem_pages.hpp"
#include "tools/report/reference.hpp"
#include "tools/report/verdict_pages.hpp"

#include <cmath>

namespace fs = std::filesystem;

// Ten rounds of this many seconds each, a little apart.
static label timed(const std::string& name, double seconds,
                   const std::string& command = "") {
    label made;
    made.name = name;
    made.kind = "variant";
    made.command = command;
    for (int round = 0; round < 10; ++round) {
        const double now = seconds * (1 + 0.001 * (round * 7 % 10));
        made.samples.push_back({run{now, now, 0, 0}, {}});
    }
    made.rounds = made.samples.size();
    return made;
}

static chapter made_chapter(const std::string& profile = "default") {
    chapter made;
    made.name = "04-test";
    made.title = "A test";
    made.machine = {{"date", "2026-01-02"},
                    {"profile", profile},
                    {"processor", "Abacus"},
                    {"CPUs we may use", "2"}};
    made.problems = {
        {"p", "P", "time", {timed("slow", 2), timed("fast", 1)}, {}}};
    label& baseline = made.problems[0].labels[0];
    baseline.kind = "baseline";
    baseline.again = timed("slow", 2).samples;
    for (sample& one : baseline.samples)
        one.printed.configuration = "two hands";
    for (sample& one : made.problems[0].labels[1].samples)
        one.printed.configuration = "four hands";
    return made;
}

static constexpr auto page = R"(# A page

<!-- answer -->
In short: <!-- n: ratio(slow, fast) -->17<!-- /n --> times as fast,
and <!-- n: 1000000 * time(slow) -->0<!-- /n --> µs.
<!-- /answer -->

<!-- seed: half | S3:1 | "half of it" | time(fast) < 0.7 * time(slow) -->

> It takes *half* the time,
> or less.
> — the *Fluent Python* notes; *holds: 17, stated < 3*

<!-- /seed -->

<!-- claim: unreadable | time(fast -->
Not a claim.
<!-- /claim -->

<!-- claim: same | time(fast) within 5 % of time(slow) -->
It is the same (let us say).
<!-- /claim -->

<!-- claim: cores | time(fast) < time(slow) | cores >= 64 -->
With many cores it is faster.
<!-- /claim -->
)";

TEST_CASE("a page's claims, in its words") {
    const auto claims = claims_on(page);
    REQUIRE(claims.size() == 3);
    CHECK(claims[0].stated.id == "half");
    CHECK(claims[0].kind == "seed");
    CHECK(claims[0].text == "It takes *half* the time, or less.");
    CHECK(who_says(claims[0]) == "the *Fluent Python* notes");
    CHECK(claims[1].text == "It is the same (let us say).");
    CHECK(who_says(claims[1]) == "this book");
    CHECK(claims_on("").empty());
}

TEST_CASE("a page's answer has the reader's figures") {
    const chapter one = made_chapter();
    CHECK(with_figures_of({&one}, answer_on(page))
          == "In short: 2.0 times as fast, and 2,000,000 µs.");
    CHECK(answer_on("no answer").empty());
    chapter other = made_chapter();
    other.problems[0].labels[1].trouble = "wrong result";
    CHECK_THROWS_WITH(with_figures_of({&other}, answer_on(page)),
                      contains("fast: wrong result"));
}

struct small_book {
    temporary_directory at;
    small_book() {
        at.file("chapters/04-test/README.md", page);
        // The book's machine: there it was not half, but nearly as long.
        chapter reference = made_chapter();
        label& slow = reference.problems[0].labels[0];
        slow.samples = slow.again = timed("slow", 1.1).samples;
        slow.samples[0].printed.configuration = "two hands";
        at.file("chapters/04-test/reference.json", to_reference(reference));
    }
};

TEST_CASE("verdicts are the reader's, beside the book's") {
    const small_book book;
    const std::vector<chapter> chapters = {made_chapter()};
    const auto answers = answers_of(chapters, book.at.path);
    REQUIRE(answers.size() == 1);
    const auto& claims = answers[0].claims;
    REQUIRE(claims.size() == 3);
    CHECK(claims[0].here.given == answer::holds);
    CHECK(figure_of(claims[0].said.stated, claims[0].here) == "0.50");
    CHECK(claims[0].reference.value().given == answer::does_not_hold);
    CHECK(figure_of(claims[0].said.stated, *claims[0].reference) == "0.91");
    CHECK(claims[1].here.given == answer::does_not_hold);
    CHECK(claims[2].here.given == answer::not_measured);
    CHECK(explained(claims[2].said.stated, claims[2].here)
          == "**not measured here**: needs 64 cores");
    CHECK(claims_with(answers[0], answer::holds).at(0).said.stated.id
          == "half");
    CHECK(claims_with(answers[0], answer::does_not_hold).size() == 1);
    CHECK(claims_with(answers[0], answer::undecided).empty());
    CHECK(tally(answers)
          == "Of the sources' claims 1 holds on this machine, 0 do not. "
             "Of the book's own 0 hold, 1 does not, 1 was not measured.");
    CHECK_THAT(terminal_glance(chapters, answers),
               contains("Chapter 04: A test. In short: 2.0 times as fast")
                   && contains("  holds: half\n  does not hold here: same "
                               "(0.50, we ask within "
                               "5 %)\n"));
}

TEST_CASE("what a chapter's second page claims belongs to it") {
    const small_book book;
    book.at.file("chapters/04-test/more.md",
                 "<!-- claim: second | time(fast) < time(slow) -->\n"
                 "It stands on the second page.\n<!-- /claim -->\n");
    const auto answers = answers_of({made_chapter()}, book.at.path);
    REQUIRE(answers.at(0).claims.size() == 4);
    CHECK(answers[0].claims[3].said.text == "It stands on the second page.");
    CHECK(answers[0].claims[3].here.given == answer::holds);
}

TEST_CASE("there are no verdicts with --quick, and without a page none") {
    const small_book book;
    const auto quick = answers_of({made_chapter("quick")}, book.at.path);
    REQUIRE(quick.at(0).claims.size() == 3);
    for (const judged_claim& one : quick[0].claims)
        CHECK(one.here.given == answer::not_measured);
    CHECK(quick[0].claims[0].here.why == "no verdicts with --quick");
    CHECK(quick[0].answer.starts_with("In short: 2.0"));
    CHECK(tally(quick).empty());
    const temporary_directory empty;
    CHECK(answers_of({made_chapter()}, empty.path).at(0).claims.empty());
    CHECK(tally(answers_of({made_chapter()}, empty.path)).empty());
}

TEST_CASE("a page that is newer than the measurements") {
    const small_book book;
    chapter old = made_chapter();
    old.problems[0].labels.pop_back();
    const auto answers = answers_of({old}, book.at.path);
    CHECK(answers[0].answer == "No answer: no measurement of fast.");
    CHECK(answers[0].claims.at(0).here.why == "no measurement of fast");
}

TEST_CASE("an undecided claim says what could have been seen") {
    verdict found;
    found.given = answer::undecided;
    found.ratio = 1;
    found.low = 1 / 1.1;
    found.high = 1.1;
    CHECK(
        explained(read_claim("claim", "x | time(a) > 1"), found)
        == "**undecided**: a difference of less than 10 % cannot be seen here");
    found.high = HUGE_VAL;
    CHECK(explained(read_claim("claim", "x | time(a) > 1"), found)
          == "**undecided**: too few rounds");
}

// --- Pictures
// ----------------------------------------------------------------------------------

TEST_CASE("labels that differ in a number are a curve") {
    problem of{"p", "P", "time", {}, {}};
    of.labels = {timed("alone", 4), timed("many@order=list@workers=1", 4),
                 timed("many@order=list@workers=4", 1, "/b/many --workers 4"),
                 timed("many@order=list", 2, "/b/many --order list"),
                 timed("many", 2, "/b/many --order first")};
    of.labels[3].samples[0].printed.configuration = "numbers, workers: 2";
    of.labels.push_back(timed("many@order=list@workers=8", 1));
    of.labels.back().trouble = "wrong result";
    const auto found = curves_of(of);
    REQUIRE(found.size() == 1);
    CHECK(found[0].key == "workers");
    CHECK(found[0].scaling);
    REQUIRE(found[0].lines.size() == 1);
    const curve& line = found[0].lines[0];
    CHECK(line.name == "many@order=list");
    REQUIRE(line.points.size() == 3);
    for (std::size_t i = 0; i < 3; ++i) {
        CHECK(line.points[i].first == std::pow(2, i));
        CHECK(line.points[i].second == Approx(std::pow(2, i)));
    }
    CHECK(in_words(of, found[0])
          == "Times as fast, by workers. many@order=list: 1.0 at 1, 2.0 at 2, "
             "4.0 at 4.");
    // In the rounds that one has, another may have nothing.
    problem gaps = of;
    gaps.figure = "count_s";
    for (label& one : gaps.labels)
        for (std::size_t r = 0; r < one.samples.size(); ++r)
            one.samples[r].printed.figures = {
                {r % 2 == (one.name == "many@order=list@workers=4")
                     ? "count_s"
                     : "unreliable",
                 "1"}};
    CHECK(curves_of(gaps).empty()); // two points are left

    CHECK_THAT(curves_picture(of, found[0], "04", 2),
               contains("<title>Times as fast") && contains("cores: 2")
                   && contains("ideal"));
}

TEST_CASE("what scales by no number of workers is shown as it is") {
    problem of{"p", "P", "time", {}, {}};
    of.labels = {timed("ring", 1, "/b/ring --via pipe --bytes 4096"),
                 timed("ring@via=pipe@bytes=64", 2),
                 timed("ring@via=pipe@bytes=1048576", 3),
                 timed("ring@via=file@bytes=64", 4)};
    const auto found = curves_of(of);
    REQUIRE(found.size() == 1);
    CHECK(found[0].key == "bytes");
    CHECK_FALSE(found[0].scaling);
    CHECK(found[0].lines.size() == 1); // file has a single point
    CHECK(found[0].lines[0].points.at(1).first == 4096);
    CHECK_THAT(in_words(of, found[0]), contains("at 1 Mi"));
    of.labels.resize(2); // two points are no curve
    CHECK(curves_of(of).empty());
}

TEST_CASE("a setting that was measured stands where it was found") {
    problem of{"p", "P", "time", {}, {}};
    of.labels = {timed("far@rtt_us=0", 1), timed("far@rtt_us=1000", 20),
                 timed("far@rtt_us=5000", 100)};
    const char* found_us[] = {"40", "1130", "5200"};
    for (std::size_t i = 0; i < 3; ++i)
        for (sample& round : of.labels[i].samples)
            round.printed.figures["rtt_us"] = found_us[i];
    const auto found = curves_of(of);
    REQUIRE(found.size() == 1);
    REQUIRE(found[0].lines.size() == 1);
    const auto& points = found[0].lines[0].points;
    REQUIRE(points.size() == 3); // 0 is a distance, too
    CHECK(points[0].first == 40);
    CHECK(points[1].first == 1130);
    CHECK(points[2].second == Approx(100).epsilon(0.02));
    CHECK_THAT(in_words(of, found[0]), contains("by rtt. far: ")
                                           && contains(" at 40 µs")
                                           && contains(" at 5.2 ms"));
    CHECK_THAT(curves_picture(of, found[0], "05", 2),
               contains("rtt, log scale"));
}

TEST_CASE("percentiles of those who print them") {
    problem of{"p", "P", "time", {timed("a", 1), timed("b", 1)}, {}};
    for (sample& one : of.labels[0].samples)
        one.printed.figures = {{"p50_us", "10"},
                               {"p90_us", "20"},
                               {"p99_us", "5000"},
                               {"max_us", "6000"}};
    for (sample& one : of.labels[1].samples)
        one.printed.figures = {{"p50_us", "10"}};
    const auto found = percentiles_of(of);
    REQUIRE(found.size() == 1);
    CHECK(found[0].at
          == std::vector<std::optional<double>>{10, 20, 5000, 6000});
    CHECK_THAT(percentiles_picture(of, "04"),
               contains("a: 10 µs, 20 µs, 5.0 ms, 6.0 ms."));
    // Of some rounds only, it would be another kind of round's.
    of.labels[0].samples[3].printed.figures.erase("p99_us");
    CHECK_FALSE(percentiles_of(of).at(0).at[2]);
    CHECK_THAT(percentiles_picture(of, "04"),
               contains("a: 10 µs, 20 µs, too few, 6.0 ms."));
    of.labels.erase(of.labels.begin());
    CHECK(percentiles_picture(of, "04").empty());
}

// A loader that loads so many rows a second, of which so many survive.
static label loader(const std::string& name, int per_s, int survivors) {
    label made = timed(name, 1);
    for (sample& one : made.samples)
        one.printed.figures = {{"rows_per_s", std::to_string(per_s)},
                               {"survivors", std::to_string(survivors)}};
    return made;
}

TEST_CASE("on the frontier is who is beaten by nobody in both") {
    problem of{"board",
               "All",
               "rows_per_s",
               {loader("safe", 250, 1150), loader("safe_and_fast", 6000, 1127),
                loader("slow_and_lost", 900, 0), loader("batches", 5000, 1000),
                loader("fastest", 300'000, 0), timed("a_peer", 1)},
               {}};
    std::vector<std::string> on, all;
    for (const frontier_mark& one : frontier_of(of)) {
        all.push_back(one.name);
        if (one.on_frontier)
            on.push_back(one.name);
    }
    CHECK(all
          == std::vector<std::string>{"safe_and_fast", "safe", "batches",
                                      "fastest", "slow_and_lost"});
    CHECK(on == std::vector<std::string>{"safe_and_fast", "fastest"});
    CHECK(frontier_in_words(of)
          == "On the frontier: safe_and_fast (6.0 k; 1127 survive), "
             "fastest (300 k; none survive).");
    CHECK_THAT(frontier_picture(of, "07"), contains("safe_and_fast: 1127"));
    // Of those that failed nobody speaks; nor where all keep as much.
    of.labels[1].trouble = "wrong result";
    CHECK(frontier_of(of).at(0).name == "safe");
    of.labels.resize(3);
    of.labels[2] = loader("as_safe", 900, 1150);
    of.labels[1] = loader("safe_too", 900, 1150);
    CHECK(frontier_of(of).empty());
    CHECK(frontier_picture(of, "07").empty());
}

TEST_CASE("a wide table comes in parts, without rows that have no figure") {
    chapter one = made_chapter();
    for (sample& run : one.problems[0].labels[0].samples)
        for (const char* name :
             {"a_figure_with_a_long_name", "another_figure_with_a_long_name",
              "one_more_figure_with_a_long_name"})
            run.printed.figures[name] = "123456789";
    document page_of;
    add_chapters(page_of, {one});
    std::vector<table> tables;
    for (const auto& part : page_of)
        if (const auto* shown = std::get_if<shown_table>(&part))
            if (shown->shown.head.front() == "variant")
                tables.push_back(shown->shown);
    REQUIRE(tables.size() >= 2);
    CHECK(tables.front().rows.size() == 2); // slow and fast
    CHECK(tables.back().rows.size() == 1);  // slow has these figures
    CHECK(tables.back().rows.at(0).at(0) == "slow");
}

// --- Both pages
// --------------------------------------------------------------------------------

TEST_CASE("the report's links lead to its headings and claims") {
    const small_book book;
    const std::vector<chapter> chapters = {made_chapter()};
    write_report(chapters, answers_of(chapters, book.at.path), book.at.path);
    const std::string html = read_text(book.at.path / "report.html");
    std::size_t links = 0;
    for (std::size_t at = 0; (at = html.find("href=\"#", at)) != html.npos;
         ++links) {
        at += 7;
        const std::string id = html.substr(at, html.find('"', at) - at);
        CAPTURE(id);
        CHECK(html.find("id=\"" + id + "\"") != html.npos);
    }
    CHECK(links >= 3 + 4); // the claims, and the contents
    CHECK_THAT(read_text(book.at.path / "report.md"),
               contains("](#chapter-04-a-test)"));
}

TEST_CASE("a page in Markdown and HTML") {
    const temporary_directory at;
    const document made = {
        heading{1, "One <of> us"},
        paragraph{"*a* **b** `c < d` [e *f*](g.md) 2 * 3 < 7"},
        bullets{{"x & y"}},
        shown_table{{{"h", "i"}, {{"`j`", "k"}, {"**l** m", "n"}}, {}}, true},
        picture{"pic", "<svg role=\"img\"></svg>", "What it shows."}};
    const std::string html = as_html(made),
                      markdown = as_markdown(made, at.path);
    CHECK_THAT(html, contains("<title>One &lt;of&gt; us</title>"));
    CHECK_THAT(html, contains("<h1 id=\"one-of-us\">"));
    CHECK_THAT(
        html, contains("<p><em>a</em> <strong>b</strong> <code>c &lt; d</code> "
                       "<a href=\"g.md\">e <em>f</em></a> 2 * 3 &lt; 7</p>"));
    CHECK_THAT(html, contains("<li>x &amp; y</li>"));
    CHECK_THAT(html, contains("<td data-head=\"i\">k</td>"));
    CHECK_THAT(html, contains("<tr id=\"l\"><th scope=\"row\"><strong>l<"));
    CHECK_THAT(markdown, contains("| <a id=\"l\"></a>**l** m | n |"));
    CHECK_THAT(html, contains("<svg role=\"img\"></svg><figcaption>"));
    CHECK_THAT(markdown, contains("# One &lt;of> us\n"));
    CHECK_THAT(markdown, contains("`c < d`") && contains("2 * 3 &lt; 7"));
    CHECK_THAT(markdown, contains("| h | i |\n|:--|:--|\n| `j` | k |\n"));
    CHECK_THAT(markdown, contains("![What it shows.](pictures/pic.svg)"));
    CHECK_THAT(read_text(at.path / "pictures/pic.svg"),
               contains("prefers-color-scheme"));
}

TEST_CASE("claims in a picture: what holds lies on the right") {
    const auto judged = [](const std::string& test, verdict here) {
        judged_claim one;
        one.said.stated = read_claim("claim", test);
        one.here = here;
        return one;
    };
    const auto found = [](answer given, double ratio, double low, double high) {
        verdict here;
        here.given = given;
        here.ratio = ratio;
        here.low = low;
        here.high = high;
        return here;
    };
    chapter_answer one;
    one.name = "04";
    one.claims = {
        judged("more | time(a) > time(b)", found(answer::holds, 4, 2, 8)),
        judged("less | time(a) < time(b)",
               found(answer::does_not_hold, 4, 2, 8)),
        judged("unsure | time(a) <= time(b)",
               found(answer::undecided, 1, 0, HUGE_VAL)),
        judged("near | time(a) within 5 % of time(b)",
               found(answer::holds, 1, 1, 1)),
        judged("gone | time(a) > time(b)", {}),
    };
    one.claims[0].reference = found(answer::holds, 3, 2, 5);
    const auto lines = forest_of(one);
    REQUIRE(lines.size() == 3);
    CHECK(lines[0].name == "more");
    CHECK(lines[0].middle == 4);
    CHECK(lines[0].low == 2);
    CHECK(lines[0].high == 8);
    CHECK(lines[0].book == 3.0);
    CHECK(lines[1].middle == 0.25);
    CHECK(lines[1].low == 0.125);
    CHECK(lines[1].high == 0.5);
    CHECK_FALSE(lines[1].book);
    CHECK(lines[2].low == 0);
    CHECK(std::isinf(lines[2].high));

    const std::string svg = forest_picture(one);
    CHECK_THAT(svg, contains(">more<") && contains(">unsure<"));
    CHECK_THAT(svg, !contains("near") && !contains("gone"));
    one.claims.resize(0);
    CHECK(forest_picture(one).empty());
}
