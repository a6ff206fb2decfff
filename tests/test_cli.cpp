#include "catch.hpp"
#include "common/cli.hpp"

#include <vector>

// What is rejected ends the process: tests/bad_usage.sh runs real programs.

static void parse(cli options, std::vector<const char*> arguments) {
    arguments.insert(arguments.begin(), "program");
    options.parse(static_cast<int>(arguments.size()), arguments.data());
}

TEST_CASE("defaults stay where nothing is given") {
    std::int64_t rows = 7;
    std::string out;
    parse(cli("p", "").number("rows", rows, 0, 9, "").text("out", out, ""), {});
    CHECK(rows == 7);
    CHECK(out.empty());
}

TEST_CASE("a value follows its option or an equals sign") {
    std::int64_t rows = 7, workers = 1;
    std::string out;
    parse(cli("p", "")
              .number("rows", rows, 0, 9, "")
              .number("workers", workers, 1, 99, "")
              .text("out", out, ""),
          {"--rows", "3", "--workers=42", "--out", "a=b"});
    CHECK(rows == 3);
    CHECK(workers == 42);
    CHECK(out == "a=b");
}

TEST_CASE("both ends of a range are in it") {
    const auto parsed = [](const char* text) {
        std::int64_t n = 1;
        parse(cli("p", "").number("n", n, INT64_MIN, INT64_MAX, ""),
              {"--n", text});
        return n;
    };
    CHECK(parsed("9223372036854775807") == INT64_MAX);
    CHECK(parsed("-9223372036854775808") == INT64_MIN);
    CHECK(parsed("0") == 0);
    CHECK(parsed("007") == 7); // decimal, not octal
}

TEST_CASE("one of some words") {
    std::string via = "pipe";
    const auto parsed = [&](std::vector<const char*> arguments) {
        parse(cli("p", "").choice("via", via, {"pipe", "ring"}, ""),
              std::move(arguments));
        return via;
    };
    CHECK(parsed({}) == "pipe");
    CHECK(parsed({"--via", "ring"}) == "ring");
}
