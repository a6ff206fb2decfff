#include "catch.hpp"
#include "common/check.hpp"
#include "temporary_directory.hpp"
#include "tools/report/files.hpp"
#include "tools/report/lanes.hpp"
#include "tools/report/pages.hpp"
#include "tools/report/reference.hpp"
#include "tools/report/statistics.hpp"
#include "tools/report/strip.hpp"
#include "tools/report/tables.hpp"

#include <cmath>
#include <fstream>

namespace fs = std::filesystem;

// --- hyperfine's two schemas
// --------------------------------------------------

// As hyperfine 1.15 wrote it.
static const std::string version_1 = R"({
  "results": [
    {
      "command": "load_naive",
      "mean": 0.5,
      "stddev": null,
      "median": 0.5,
      "user": 0.1,
      "system": 0.025,
      "min": 0.5,
      "max": 0.5,
      "times": [
        0.5
      ],
      "exit_codes": [
        0
      ]
    }
  ]
})";

// As hyperfine 2.0 documents it.
static const std::string version_2 = R"({
  "schema_version": 2,
  "metadata": {"hyperfine_version": "2.0.0"},
  "primary_metric": "time_wall_clock",
  "results": [
    {
      "command": "build/bin/load_naive",
      "name": "load_naive",
      "measurements": [
        {
          "time_wall_clock": {"value": 0.5, "unit": "second"},
          "time_cpu": {"value": 0.125, "unit": "second"},
          "time_user": {"value": 0.1, "unit": "second"},
          "time_system": {"value": 0.025, "unit": "second"},
          "memory_peak_resident": {"value": 1024.0, "unit": "byte"},
          "exit_code": 0
        }
      ],
      "summary": {}
    }
  ]
})";

TEST_CASE("both schemas of hyperfine give the same run") {
    for (const std::string& text : {version_1, version_2}) {
        const auto runs = read_hyperfine(text);
        REQUIRE(runs.size() == 1);
        CHECK(runs[0].wall == 0.5);
        CHECK(runs[0].user == 0.1);
        CHECK(runs[0].system == 0.025);
        CHECK(runs[0].exit_code == 0);
    }
}

TEST_CASE("a program that a signal ended has no exit code") {
    std::string text = version_1;
    text.replace(text.find("        0\n"), 10, "        null\n");
    CHECK(read_hyperfine(text).at(0).exit_code == -1);
}

TEST_CASE("anything else is refused, with a reason") {
    std::string version_3 = version_2;
    version_3.replace(version_3.find("\": 2,"), 5, "\": 3,");
    CHECK_THROWS_WITH(read_hyperfine(version_3), contains("schema 3 is newer"));
    for (const char* text :
         {"", "{", "null", "[]", "{}", R"({"results": []})",
          R"({"results": [{}]})", R"({"results": [{"times": []}]})",
          R"({"results": [{"times": ["x"], "user": 0, "system": 0,
              "exit_codes": [0]}]})",
          R"({"schema_version": 2, "results": [{"measurements": []}]})"})
        CHECK_THROWS_AS(read_hyperfine(text), std::runtime_error);
}

// --- What programs print
// ------------------------------------------------------

TEST_CASE("output: configuration, figures, result") {
    const output found = read_output("300 rows, 2 workers\n"
                                     "commits: 300\n"
                                     "wal_syncs: not available\n"
                                     "Note that this: is no figure\n"
                                     "result: 12 x (expected 12 x)\n");
    CHECK(found.configuration == "300 rows, 2 workers");
    CHECK(found.figures.size() == 2);
    CHECK(found.figures.at("commits") == "300");
    CHECK(read_output("workers: 2, rows: 300\nrows: 5\n").figures
          == std::map<std::string, std::string>{{"rows", "5"}});
    CHECK(found.figures.at("wal_syncs") == "not available");
    CHECK(found.result == "12 x");
    CHECK(found.expected == "12 x");
}

// --- A chapter's directory, made for each case
// ----------------------------------

struct results {
    temporary_directory parent;
    fs::path path = parent.path / "04-test";

    results() {
        file("title", "A test\n");
        file("machine.json", R"({"processor": "<none> & such"})");
        file("notes.tsv", "p\tA note.\nother\tNot shown.\n");
    }

    void file(const std::string& name, const std::string& text) const {
        parent.file("04-test/" + name, text);
    }
    void declare(const std::string& lines) const {
        file("variants.tsv", lines);
    }
    // One run: `seconds` is put into the JSON as it is.
    void run(const std::string& name, const std::string& seconds,
             const std::string& printed = "", int exit_code = 0) const {
        file("p/" + name + ".json",
             R"({"results": [{"times": [)" + seconds
                 + R"(], "user": 0.1, "system": 0.1, "exit_codes": [)"
                 + std::to_string(exit_code) + "]}]}");
        file("p/" + name + ".out",
             "configuration\n" + printed + "result: 1 (expected 1)\n");
    }
    chapter read() const { return read_chapter(path); }
};

// Two rounds: b is twice as fast as a.
static void write_good_rounds(const results& made) {
    made.declare("p\tTitle\ttime\ta\tbaseline\t2\tbin/a\n"
                 "p\tTitle\ttime\tb\tvariant\t2\tbin/b\n");
    for (const char* name : {"01.a", "01.a.again"})
        made.run(name, "0.2", "commits: 3\n");
    made.run("02.a", "0.4", "commits: 3\n");
    made.run("02.a.again", "0.6", "commits: 3\n");
    made.run("01.b", "0.1", "commits: 7\n");
    made.run("02.b", "0.2", "commits: 8\n");
}

TEST_CASE("a table shows median, range, cores busy, ratio and figures") {
    const results made;
    write_good_rounds(made);
    const chapter c = made.read();
    CHECK(c.warnings.empty());
    CHECK(c.title == "A test");
    REQUIRE(c.problems.size() == 1);
    const table t = comparison(c.problems[0]);
    CHECK(t.head
          == std::vector<std::string>{"variant", "time", "range", "runs",
                                      "cores busy", "times as fast",
                                      "commits"});
    CHECK(t.rows.at(0)
          == std::vector<std::string>{"a", "300 ms", "200 to 400 ms", "2",
                                      "0.75", "1", "3"});
    CHECK(t.rows.at(1)
          == std::vector<std::string>{"b", "150 ms", "100 to 200 ms", "2",
                                      "1.5", "2.0", "7.5"});
    CHECK(finding(c.problems[0]).empty()); // two rounds tell nothing
    // Round 1: 1; round 2: 0.4 / 0.6.
    CHECK_THAT(self_comparison(c.problems[0]),
               contains("0.83 times as fast (from 0.67 to 1.00)"));
    CHECK(c.problems[0].notes == std::vector<std::string>{"A note."});
}

// Ten rounds of a, which takes 1 s, and of others, which take so many times as
// long: from the first number in the first round to the second in the last.
static void write_race(
    const results& made,
    const std::vector<std::tuple<std::string, std::string, double, double>>&
        others) {
    std::string lines = "p\tTitle\ttime\ta\tbaseline\t10\tbin/a\n";
    for (const auto& [name, kind, first, last] : others)
        lines +=
            fmt::format("p\tTitle\ttime\t{0}\t{1}\t10\tbin/{0}\n", name, kind);
    made.declare(lines);
    for (int round = 1; round <= 10; ++round) {
        made.run(fmt::format("{:02}.a", round), "1");
        made.run(fmt::format("{:02}.a.again", round),
                 round % 2 == 0 ? "1.05" : "0.96");
        for (const auto& [name, kind, first, last] : others)
            made.run(
                fmt::format("{:02}.{}", round, name),
                fmt::format("{}", first + (last - first) * (round - 1) / 9));
    }
}

TEST_CASE("who is fastest is decided by the rule of the claims") {
    const results made;
    const auto found = [&] { return finding(made.read().problems.at(0)); };
    write_race(made, {{"b", "variant", 0.5, 0.5}});
    CHECK(found() == "Fastest: b, 2.0 times as fast as a.");
    // Faster, but by less than a differs from itself.
    write_race(made, {{"b", "variant", 0.98, 0.98}});
    CHECK(found().empty());
    // Twice as fast, as far as the median goes; it may as well be slower.
    write_race(made, {{"b", "variant", 0.01, 2}});
    CHECK(found().empty());
    write_race(made, {{"b", "variant", 0.5, 0.5}, {"c", "variant", 0.51, 0.5}});
    CHECK(
        found()
        == "Fastest, as far as can be told: b and c, 2.0 times as fast as a.");
    // What ran in a few rounds only wins nothing: a sweep, or a peer.
    write_race(made, {{"b", "sweep", 0.1, 0.1}, {"d", "variant", 2, 2}});
    CHECK(found().empty());
    write_race(made, {{"b", "variant", 2, 2}, {"c", "peer", 0.9, 0.9}});
    CHECK(found().empty());
    write_race(made, {{"b", "variant", 2, 2}, {"c", "peer", 1.2, 1.2}});
    CHECK(found() == "Fastest: a.");
    write_race(made, {{"b", "variant", 2, 2}, {"c", "floor", 0.9, 0.9}});
    CHECK(found() == "Fastest: a.");
}

TEST_CASE("where nobody else ran nobody wins") {
    const results made;
    write_race(made, {});
    CHECK(finding(made.read().problems.at(0)).empty());
    write_race(made, {{"b", "sweep", 0.1, 0.1}});
    CHECK(finding(made.read().problems.at(0)).empty());
}

TEST_CASE("where there is no race nobody wins") {
    const results made;
    write_good_rounds(made);
    made.file("no_race", "other\np\n");
    const problem apart = made.read().problems.at(0);
    CHECK_FALSE(apart.race);
    CHECK(finding(apart).empty());
    CHECK(comparison(apart).head
          == std::vector<std::string>{"variant", "time", "range", "runs",
                                      "cores busy", "commits"});
}

TEST_CASE("what others make of the same stands beside it") {
    const results made;
    made.declare("p\tT\ttime\ta\tbaseline\t1\tx\t\n"
                 "p\tT\ttime\tb\tpeer\t1\tx\ta slower lost fewer\n"
                 "p\tT\ttime\tc\tpeer\t1\tx\tgone slower\n"
                 "p\tT\ttime\td\tabsent\t0\tno such thing\ta slower\n");
    made.run("01.a", "1", "slower: 1.2\nlost: 0\n");
    made.run("01.a.again", "1");
    made.run("01.b", "1", "slower: 1.5\nlost: 0\n");
    made.run("01.c", "1", "slower: 1.5\n");
    const chapter c = made.read();
    const table t = side_by_side(c.problems.at(0));
    using row = std::vector<std::string>;
    REQUIRE(t.rows.size() == 5);
    CHECK(t.rows[0] == row{"a", "slower", "1.2", "1.5", "-20 %"});
    CHECK(t.rows[1] == row{"a", "lost", "0", "0", ""});
    CHECK(t.rows[2] == row{"a", "fewer", "not measured", "not measured", ""});
    CHECK(t.rows[3] == row{"gone", "slower", "not measured", "1.5", ""});
    CHECK(t.rows[4] == row{"a", "slower", "1.2", "not measured", ""});
    const chapter again = read_reference(to_reference(c));
    CHECK(side_by_side(again.problems.at(0)).rows == t.rows);
}

TEST_CASE("what a source has printed stands beside what came out") {
    const results made;
    made.declare("p\tT\trows_per_s\ta\tbaseline\t1\tx\t\n"
                 "p\tT\trows_per_s\tb\tvariant\t1\tx\t\n"
                 "q\tT\tmap_us\tc\tbaseline\t1\tx\t\n");
    made.file("published.tsv", "p\ta\t400\np\tb\t100\np\tgone\t800\n"
                               "q\tc\t22\nq\td\t2200\n");
    made.run("01.a", "1", "rows_per_s: 3000\n");
    made.run("01.a.again", "1", "rows_per_s: 3000\n");
    made.run("01.b", "1", "rows_per_s: 6000\n");
    const chapter c = made.read();
    const table t = published_and_here(c.problems.at(0));
    using row = std::vector<std::string>;
    REQUIRE(t.rows.size() == 3);
    CHECK(t.rows[0] == row{"a", "400", "3.0 k", "1.0", "1.0"});
    CHECK(t.rows[1] == row{"b", "100", "6.0 k", "0.25", "2.0"});
    CHECK(t.rows[2] == row{"gone", "800", "not measured", "2.0", ""});
    const table times = published_and_here(c.problems.at(1));
    REQUIRE(times.rows.size() == 2); // of a time, less is better
    CHECK(times.rows[1] == row{"d", "2.2 ms", "not measured", "0.010", ""});
    chapter without = c;
    without.problems.pop_back(); // it was not measured
    const chapter again = read_reference(to_reference(without));
    CHECK(published_and_here(again.problems.at(0)).rows == t.rows);
    made.file("published.tsv", "p\ta\tmany\n");
    CHECK(made.read().warnings.size() == 1);
}

TEST_CASE("a program may say that its figures mean nothing") {
    const results made;
    made.declare("p\tT\tcount_s\ta\tbaseline\t1\tx\t\n");
    made.run("01.a", "1", "unreliable: others are busy\n");
    made.run("01.a.again", "1", "unreliable: others are busy\n");
    const chapter c = made.read();
    const table t = comparison(c.problems.at(0));
    CHECK(t.rows.at(0).at(1) == "not measured: others are busy");
    CHECK(t.head.size() == 6); // no column for that
    const temporary_directory target;
    write_report({c}, answers_of({c}, target.path), target.path);
    for (const char* name : {"report.html", "report.md"})
        CHECK_THAT(read_text(target.path / name),
                   contains("not measured: others are busy"));
}

TEST_CASE("lanes that a program drew become a picture") {
    const output printed = read_output("configuration\n"
                                       "computes 0  |##..  |\n"
                                       "naps        |    ##|\n"
                                       "|no name|\n"
                                       "handoffs: 3\n"
                                       "result: 2 (expected 2)\n");
    REQUIRE(printed.lanes.size() == 2);
    CHECK(printed.lanes[0]
          == std::pair<std::string, std::string>("computes 0", "##..  "));
    CHECK(printed.figures.size() == 1);
    label drawn;
    drawn.name = "a";
    CHECK(lanes_picture(drawn).empty());
    drawn.samples.push_back({run{}, printed});
    const std::string svg = lanes_picture(drawn);
    const auto count = [&svg](const std::string& text) {
        int found = 0;
        for (std::size_t at = 0; (at = svg.find(text, at)) != svg.npos; ++at)
            ++found;
        return found;
    };
    CHECK(count("<rect") == 3);
    CHECK(count("fill=\"#3987cf\"") == 2);
    CHECK(count("fill=\"url(#lanes-a)\"") == 1);
    CHECK(count("<title>a: ") == 1);
    CHECK(count(" ms</text>") == 0); // nobody said how long a letter is
    drawn.samples.back().printed.letter_ms = 2;
    const std::string timed = lanes_picture(drawn);
    CHECK_THAT(timed, contains(">0 ms<") && contains(">10 ms<"));
    CHECK_THAT(timed, !contains(">15 ms<")); // 7 letters
    const output timed_letters = read_output(
        "configuration\n      one letter: 0.50 ms; # computes, . waits\n");
    CHECK(timed_letters.letter_ms == 0.5);
    drawn.samples.back().printed.letters = timed_letters.letters;
    CHECK_THAT(lanes_picture(drawn),
               contains("solid: computes; hatched: waits; empty"));
    drawn.trouble = "wrong result";
    CHECK(lanes_picture(drawn).empty());
}

TEST_CASE("ratios are taken within rounds, so drift drops out") {
    const results made;
    made.declare(
        "p\tT\ttime\ta\tbaseline\t3\tx\np\tT\ttime\tb\tvariant\t3\tx\n");
    const char* slow[] = {"1", "2", "4"}; // the machine slows down
    const char* fast[] = {"0.5", "1", "2"};
    for (int round = 0; round < 3; ++round) {
        const std::string prefix = "0" + std::to_string(round + 1);
        made.run(prefix + ".a", slow[round]);
        made.run(prefix + ".a.again", slow[round]);
        made.run(prefix + ".b", fast[round]);
    }
    const chapter c = made.read();
    const problem& p = c.problems.at(0);
    const auto found = ratios(p, p.labels[1].samples, p.labels[0].samples);
    CHECK(found == std::vector<double>{2, 2, 2});
}

TEST_CASE("compared by a figure, more is faster") {
    const results made;
    made.declare("p\tT\trows_per_s\ta\tbaseline\t1\tx\n"
                 "p\tT\trows_per_s\tb\tvariant\t1\tx\n");
    made.run("01.a", "1", "rows_per_s: 1000\n");
    made.run("01.a.again", "1", "rows_per_s: 1000\n");
    made.run("01.b", "1", "rows_per_s: 25000\n");
    const chapter c = made.read();
    const table t = comparison(c.problems.at(0));
    CHECK(t.head.at(1) == "rows per second");
    CHECK(t.rows.at(0).at(1) == "1.0 k");
    CHECK(t.rows.at(1).at(1) == "25 k");
    CHECK(t.rows.at(1).at(5) == "25");
}

TEST_CASE("a single run is a table too") {
    const results made;
    made.declare("p\tT\ttime\ta\tbaseline\t1\tx\n");
    made.run("01.a", "0.2");
    made.run("01.a.again", "0.2");
    const chapter c = made.read();
    CHECK(comparison(c.problems.at(0)).rows.at(0).at(2) == "200 to 200 ms");
    CHECK(finding(c.problems.at(0)) == ""); // than what?
}

// The second label's row, after its first run was written as given.
static std::vector<std::string> row_of_b(const results& made) {
    return comparison(made.read().problems.at(0)).rows.at(1);
}

TEST_CASE("what failed or was wrong gets no time") {
    const results made;
    write_good_rounds(made);
    SECTION("wrong result, by its exit status") {
        made.run("02.b", "0.2", "", 4);
        CHECK(row_of_b(made).at(1) == "wrong result");
    }
    SECTION("wrong result, by its last line") {
        made.file("p/02.b.out", "c\nresult: 1 (expected 2)\n");
        CHECK(row_of_b(made).at(1) == "wrong result");
    }
    SECTION("failed") {
        made.run("01.b", "0.2", "", 1);
        CHECK(row_of_b(made).at(1) == "failed with exit status 1");
    }
    SECTION("other work than the baseline: another checksum") {
        for (const char* name : {"01.a", "02.a", "01.a.again", "02.a.again"})
            made.run(name, "1", "checksum: aa\n");
        made.run("01.b", "1", "checksum: bb\n");
        CHECK_THAT(row_of_b(made).at(1), contains("checksum"));
    }
    SECTION("missing file") {
        fs::remove(made.path / "p/02.b.json");
        CHECK_THAT(row_of_b(made).at(1),
                   contains("no measurement (02.b: no file "));
    }
    SECTION("malformed JSON") {
        made.file("p/02.b.json", "{\"results\": [");
        CHECK_THAT(row_of_b(made).at(1), contains("no measurement"));
    }
    SECTION("NaN, which JSON does not know") {
        made.run("02.b", "NaN");
        CHECK_THAT(row_of_b(made).at(1), contains("no measurement"));
    }
    CHECK(row_of_b(made).at(5).empty());
    CHECK(finding(made.read().problems.at(0)).empty()); // than what?
}

TEST_CASE("a time or a figure of zero is no ratio") {
    const results made;
    write_good_rounds(made);
    made.run("01.b", "0");
    made.run("02.b", "0");
    CHECK(row_of_b(made).at(1) == "no figure");
    made.declare("p\tT\trows_per_s\ta\tbaseline\t1\tx\n"
                 "p\tT\trows_per_s\tb\tvariant\t1\tx\n");
    for (const char* figure : {"0", "nan", "inf", "-3", "many", ""}) {
        made.run("01.b", "1", fmt::format("rows_per_s: {}\n", figure));
        CHECK(row_of_b(made).at(1) == "no figure");
    }
}

TEST_CASE("a checksum that changes between rounds is wrong") {
    const results made;
    write_good_rounds(made);
    made.run("01.b", "0.1", "checksum: aa\n");
    made.run("02.b", "0.1", "checksum: bb\n");
    CHECK_THAT(row_of_b(made).at(1), contains("changes between rounds"));
}

TEST_CASE("no result line, no time") {
    const results made;
    write_good_rounds(made);
    made.file("p/02.b.out", "");
    CHECK_THAT(row_of_b(made).at(1), contains("no result"));
}

TEST_CASE("impossible numbers of rounds are warnings") {
    for (const char* rounds : {"-1", "1e12", "x", ""}) {
        const results made;
        made.declare(fmt::format("p\tT\ttime\ta\tbaseline\t{}\tx\n", rounds));
        CHECK(made.read().warnings.size() == 1);
    }
}

TEST_CASE("a broken baseline leaves the others without a ratio") {
    const results made;
    write_good_rounds(made);
    made.run("01.b", "0.1", "checksum: aa\n");
    made.run("02.b", "0.2", "checksum: aa\n");
    made.run("01.a", "0.2", "", 4);
    const chapter c = made.read();
    CHECK(comparison(c.problems[0]).rows.at(0).at(1) == "wrong result");
    CHECK(row_of_b(made).at(1) == "150 ms");
    CHECK(row_of_b(made).at(5).empty());
    CHECK(finding(c.problems[0]).empty());
    CHECK(self_comparison(c.problems[0]).empty());
}

TEST_CASE("an absent peer says why") {
    const results made;
    write_good_rounds(made);
    made.declare("p\tTitle\ttime\ta\tbaseline\t2\tbin/a\n"
                 "p\tTitle\ttime\tb\tabsent\t0\tno python3\n");
    CHECK(row_of_b(made).at(0) == "b");
    CHECK(row_of_b(made).at(1) == "not measured: no python3");
}

TEST_CASE("missing or malformed declarations are warnings") {
    const results made;
    fs::remove(made.path / "machine.json");
    made.declare("only\tthree\tfields\n");
    const chapter c = made.read();
    CHECK(c.problems.empty());
    CHECK(c.warnings.size() == 2);
    fs::remove(made.path / "variants.tsv");
    CHECK(made.read().warnings.size() == 2);
}

// --- Showing
// --------------------------------------------------------------------

TEST_CASE("two significant digits") {
    CHECK(show_seconds(0.0734) == "73 ms");
    CHECK(show_seconds(0.000'012'3) == "12 µs");
    CHECK(show_seconds(1.04) == "1.0 s");
    CHECK(show_seconds(117) == "120 s");
    CHECK(show_number(0.998) == "1.0");
    CHECK(show_number(0.0283) == "0.028");
    CHECK(show_number(0.3) == "0.30");
    CHECK(show_number(999) == "1000");
    CHECK(show_number(3685) == "3.7 k");
    CHECK(show_number(25'400'000) == "25 M");
    CHECK(show_number(0) == "0");
}

TEST_CASE("the median is the middle") {
    CHECK(median({3, 1, 2}) == 2);
    CHECK(median({4, 1, 2, 3}) == 2.5);
    CHECK(median({5}) == 5);
    CHECK_THROWS_WITH(median({}), contains("nothing was measured"));
}

TEST_CASE("cells are escaped in HTML and Markdown") {
    const table t{{"a|b", "<c>"}, {{"x & y", "\"z\""}}, {}};
    CHECK_THAT(as_html(t), contains("x &amp; y"));
    CHECK_THAT(as_html(t), contains("&lt;c&gt;"));
    CHECK_THAT(as_markdown(t), contains("| a\\|b | <c> |"));
}

TEST_CASE("a report has both pages, with the same tables") {
    const results made;
    write_good_rounds(made);
    const std::vector<chapter> chapters = {made.read()};
    write_report(chapters, answers_of(chapters, made.path.parent_path()),
                 made.path.parent_path());
    const auto read = [&](const char* name) {
        std::ifstream in(made.path.parent_path() / name);
        return std::string(std::istreambuf_iterator<char>(in), {});
    };
    const std::string html = read("report.html"), markdown = read("report.md");
    CHECK_THAT(html, contains("<td>2.0</td>"));
    CHECK_THAT(html, contains("&lt;none&gt; &amp; such"));
    CHECK_THAT(html, contains("<svg role=\"img\""));
    CHECK_THAT(markdown, contains("| b | 150 ms | 100 to 200 ms |"));
    CHECK_THAT(markdown, contains("(pictures/04-test-p.svg)"));
    CHECK_THAT(read("pictures/04-test-p.svg"),
               contains("prefers-color-scheme"));
}

TEST_CASE("the picture has a dot for every run") {
    const results made;
    write_good_rounds(made);
    const chapter c = made.read();
    const std::string svg = strip_picture(c.problems[0], "04-test");
    const auto count = [&svg](const std::string& text) {
        std::size_t found = 0;
        for (std::size_t at = 0; (at = svg.find(text, at)) != svg.npos; ++at)
            ++found;
        return found;
    };
    CHECK(count("#04-test-p-gpPt6' transform='translate(")
          == 4); // 2 of a, 2 of b
    CHECK(count("#04-test-p-gpPt5' transform='translate(")
          == 2); // a's A/A twin
    CHECK(svg.find("rgb(1,2,3)") == svg.npos);
}
