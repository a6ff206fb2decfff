// Markers, excerpts and transcripts: what weave does, and what it refuses.
#include "catch.hpp"
#include "temporary_directory.hpp"
#include "tools/weave/book.hpp"
#include "tools/weave/excerpt.hpp"
#include "tools/weave/markers.hpp"
#include "tools/weave/transcript.hpp"

#include <fstream>
#include <sstream>

// Fills every block with its own argument, every n with 42.
static woven_page weave(const std::string& page) {
    return weave_page(page, [](const marker& at, const text_lines&) {
        if (at.argument == "refused")
            throw std::runtime_error("for a reason");
        return text_lines{at.kind == "n" ? "42" : at.argument};
    });
}

TEST_CASE("a page without markers stays as it is") {
    for (const char* page : {"", "one\n", "a <b> - - c\n\n| t |\n|:--|\n"}) {
        CHECK(weave(page).text == page);
        CHECK(weave(page).errors.empty());
    }
}

TEST_CASE("blocks and figures are filled, and only they") {
    const woven_page woven = weave("before\n"
                                   "<!-- code: a.cpp#b -->\n"
                                   "old\n"
                                   "older\n"
                                   "<!-- /code -->\n"
                                   "it took <!-- n: x -->41<!-- /n --> or "
                                   "<!-- n: y -->42<!-- /n --> s\n"
                                   "<!-- output varies -->\n"
                                   "varies\n"
                                   "<!-- /output -->\n");
    CHECK(woven.text
          == "before\n"
             "<!-- code: a.cpp#b -->\n"
             "a.cpp#b\n"
             "<!-- /code -->\n"
             "it took <!-- n: x -->42<!-- /n --> or "
             "<!-- n: y -->42<!-- /n --> s\n"
             "<!-- output varies -->\n"
             "varies\n"
             "<!-- /output -->\n");
    CHECK(woven.markers == 4);
    CHECK(woven.errors.empty());
    REQUIRE(woven.drifts.size() == 2); // two were true already
    CHECK(woven.drifts[0].line == 2);
    CHECK(woven.drifts[0].what == "code a.cpp#b");
    CHECK(woven.drifts[0].difference
          == "    - old\n    - older\n    + a.cpp#b\n");
    CHECK(woven.drifts[1].line == 6);
    CHECK(woven.drifts[1].difference == "    - 41\n    + 42\n");
    CHECK(weave(woven.text).drifts.empty());
    CHECK(weave(woven.text).text == woven.text);
}

TEST_CASE("markers that some reader would not understand are errors") {
    for (const auto& [page, line, what] :
         {std::tuple{"<!-- code: a -->\nb\n", 1U, "never ends"},
          {"<!-- code: a -->\n<!-- output -->\n\n<!-- /output -->\n", 1U,
           "never ends"},
          {"x\n<!-- /code -->\n", 2U, "has not begun"},
          {"<!-- output: a --workers -->\n<!-- /output -->\n", 1U,
           "two hyphens"},
          {"it is <!-- n: --x -->1<!-- /n --> so\n", 1U, "two hyphens"},
          {"| a |\n|:--|\n| <!-- n: x -->1<!-- /n --> |\n", 3U,
           "inside a table"},
          {"| a |\n|:--|\n<!-- table: p -->\n<!-- /table -->\n", 3U,
           "inside a table"},
          {"<!-- n: x -->1<!-- /n --> is one\n", 1U,
           "at the beginning of a line"},
          {"- <!-- n: x -->1<!-- /n --> is one\n", 1U,
           "at the beginning of a line"},
          {"it is <!-- n: x -->1\n<!-- /n --> so\n", 1U,
           "does not end in its line"},
          {"it is <!-- n: x\n-->1<!-- /n --> so\n", 1U,
           "does not end in its line"},
          {"text <!-- code: a -->\n", 1U, "must stand alone"},
          {"<!-- n: x -->\n<!-- /n -->\n", 1U, "n belongs within"},
          {"<!-- cod: a -->\n<!-- /cod -->\n", 1U, "no marker is called"},
          {"<!--code: a-->\n", 1U, "no marker is called"},
          {"<!-- a note -->\n", 1U, "no marker is called"},
          {"```\nnever closed\n", 1U, "this code never ends"},
          {"<!-- code: refused -->\n<!-- /code -->\n", 1U, "for a reason"},
          {"it is <!-- n: refused -->1<!-- /n --> so\n", 1U, "for a reason"}}) {
        const woven_page woven = weave(page);
        CAPTURE(page);
        REQUIRE_FALSE(woven.errors.empty());
        CHECK(woven.errors[0].line == line);
        CHECK_THAT(woven.errors[0].what, contains(what));
        CHECK(woven.drifts.empty());
        CHECK(woven.text == page); // nothing is lost
    }
}

TEST_CASE("an answer is prose of which the figures are filled") {
    const woven_page woven =
        weave("<!-- answer -->\nIt is <!-- n: x -->1<!-- /n -->\n\n"
              "or so.\n<!-- /answer -->\nmore\n");
    CHECK(woven.errors.empty());
    CHECK(woven.markers == 1);
    CHECK(woven.text
          == "<!-- answer -->\nIt is <!-- n: x -->42<!-- /n -->\n\n"
             "or so.\n<!-- /answer -->\nmore\n");
    CHECK(weave("<!-- answer -->\nnever\n").errors.size() == 1);
    CHECK(weave("x\n<!-- /answer -->\n").errors.size() == 1);
}

TEST_CASE("markers in code that a page shows are only text") {
    const std::string page = "```\n<!-- code: a -->\nx -- y\n```\n"
                             "~~~\n```\n<!-- n\n~~~\n";
    CHECK(weave(page).errors.empty());
    CHECK(weave(page).markers == 0);
}

TEST_CASE("after an error the rest of the page is woven all the same") {
    const woven_page woven = weave("<!-- code: a -->\n"
                                   "<!-- code: b -->\nold\n<!-- /code -->\n");
    CHECK(woven.errors.size() == 1);
    CHECK(woven.text
          == "<!-- code: a -->\n<!-- code: b -->\nb\n<!-- /code -->\n");
}

TEST_CASE("a difference shows what changed, and where") {
    CHECK(difference({"a", "b", "c", "d", "e", "f", "g"},
                     {"a", "b", "c", "D", "e", "f", "g"})
          == "      b\n      c\n    - d\n    + D\n      e\n      f\n");
    CHECK(difference({"a"}, {"a", "b"}) == "      a\n    + b\n");
    CHECK(difference({"a", "b"}, {}) == "    - a\n    - b\n");
}

// --- Excerpts
// ------------------------------------------------------------------

static const text_lines source = split_lines(R"(#include "answer.hpp"
// answer: a comment may name it.
constexpr int limit = 3;

struct point {
    int x, y;
};

template<class Number>
Number answer(Number question) try {
    //> inner
    if (question > limit) {
        return 42;

    }
    //< inner
    return point{}.x;
} catch (...) {
    throw;
}

int main() {
    return answer(1);
}
//> empty
//< empty
//> open
unclosed
)");

TEST_CASE("a definition is found by its name") {
    const excerpt found = find_excerpt(source, "answer");
    CHECK(found.first == 9);
    CHECK(found.last == 20);
    CHECK(found.code.front() == "template<class Number>");
    CHECK(found.code.back() == "}");
    CHECK(find_excerpt(source, "point").code
          == text_lines{"struct point {", "    int x, y;", "};"});
    CHECK(find_excerpt(source, "limit").code
          == text_lines{"constexpr int limit = 3;"});
}

TEST_CASE("a region is found by its name and moved to the left") {
    const excerpt found = find_excerpt(source, "inner");
    CHECK(found.first == 12);
    CHECK(found.last == 15);
    CHECK(found.code
          == text_lines{"if (question > limit) {", "    return 42;", "", "}"});
}

TEST_CASE("an excerpt that is not clear is refused") {
    CHECK_THROWS_WITH(find_excerpt(source, "nobody"),
                      contains("nothing there is called nobody"));
    CHECK_THROWS_WITH(find_excerpt(source, "ans"), contains("nothing there"));
    CHECK_THROWS_WITH(find_excerpt(source, "int"), // limit, and main
                      contains("lines 3 and 22 both name int"));
    CHECK_THROWS_WITH(find_excerpt(source, "empty"), contains("is empty"));
    CHECK_THROWS_WITH(find_excerpt(source, "open"),
                      contains("has no end: //< open"));
    CHECK_THROWS_WITH(find_excerpt({"void f() {", "  x"}, "f"),
                      contains("never ends"));
    text_lines twice;
    for (const char* line : {"//> a", "x", "//< a", "//> a", "y", "//< a"})
        twice.emplace_back(line);
    CHECK_THROWS_WITH(find_excerpt(twice, "a"), contains("both name a"));
    for (const char* line : {"//> b", "z", "//< b", "//> c", "z", "//< c"})
        twice.emplace_back(line);
    CHECK_THROWS_WITH(find_excerpt(twice, "b"),
                      contains("more than 3 regions"));
}

// --- Transcripts
// -----------------------------------------------------------------

TEST_CASE("how exactly a transcript is compared") {
    const text_lines shown = {"3 rows, 2 workers", "rate: 1234", "result: 3"};
    const text_lines rate = {"3 rows, 2 workers", "rate: 99", "result: 3"};
    const text_lines word = {"3 rows, 2 workers", "speed: 99", "result: 3"};
    const text_lines busy = {"3 rows, 2 workers", "unreliable: others are busy",
                             "result: 3"};
    const text_lines wrong = {"3 rows, 2 workers", "rate: 99", "result: 4"};
    const text_lines more = {"3 rows, 2 workers", "rate: 1234", "result: 3",
                             "x"};
    for (const faith how : {faith::exact, faith::varies, faith::sample}) {
        CHECK(agree(shown, shown, how));
        CHECK_FALSE(agree(shown, more, how));
        CHECK_FALSE(agree(shown, {}, how));
        CHECK(agree(shown, rate, how) == (how != faith::exact));
        CHECK_FALSE(agree(shown, word, how)); // another figure
        CHECK(agree(shown, busy, how) == (how == faith::sample));
        CHECK(agree(shown, wrong, how) == (how == faith::varies));
    }
    CHECK(read_faith("") == faith::exact);
    CHECK_THROWS_WITH(read_faith("roughly"), contains("neither exact"));
}

TEST_CASE("commands run with the programs that are tested") {
    CHECK(run_command("printf 'a\\nb\\n'", "/usr/bin") == text_lines{"a", "b"});
    CHECK(run_command("build/bin/printf 'x %s' \"it's\"", "/usr/bin")
          == text_lines{"x it's"});
    CHECK(run_command("true", "") == text_lines{});
    CHECK_THROWS_WITH(run_command("exit 3", ""),
                      contains("'exit 3' ended with status 3"));
    CHECK_THROWS_WITH(run_command("kill -9 $$", ""),
                      contains("ended with status 137"));
    CHECK_THROWS_WITH(run_command("build/bin/nobody 2>&1", "/usr/bin"),
                      contains("is it built?"));
}

// --- Links
// -----------------------------------------------------------------------

TEST_CASE("links that lead nowhere are found, with their lines") {
    const temporary_directory book;
    book.file("other.md", "# A title: here & _now_\n\n```\n# no title\n```\n");
    const text_lines page = {"# My own",
                             "[good](other.md) [good](#my-own)",
                             "[bad](gone.md)",
                             "[good](other.md#a-title-here--_now_)",
                             "[bad](other.md#no-title)",
                             "[good](other.md#L5) [good](other.md#L1-L5)",
                             "[bad](other.md#L6)",
                             "[good](https://example.org/x)",
                             "```",
                             "[not a link](gone.md)",
                             "```",
                             "[bad](#other)"};
    std::string joined = join_lines(page);
    book.file("page.md", joined);
    std::ostringstream found;
    for (const complaint& dead : dead_links(book.path / "page.md", page))
        found << dead.line << ": " << dead.what << '\n';
    CHECK(found.str()
          == "3: the link gone.md: there is no such file\n"
             "5: the link other.md#no-title: there is no such heading\n"
             "7: the link other.md#L6: the file is shorter\n"
             "12: the link #other: there is no such heading\n");
}
