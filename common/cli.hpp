// Long options with defaults and ranges:
//
//     std::int64_t rows = 1000;
//     cli("count_rows", "Counts rows.")
//         .number("rows", rows, 1, 1'000'000, "rows to count")
//         .parse(argc, argv);
//
// --help prints the options and ends with 0. Bad usage ends with 2: one line
// on stderr that names option, value and allowed range, nothing on stdout.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

class cli {
  public:
    cli(std::string_view program, std::string_view what);
    cli(const cli&) = default;
    ~cli();

    // A whole number from `least` to `most`, written in decimal digits.
    // `value` holds the default and receives the number; it must outlive
    // parse().
    cli& number(std::string_view name, std::int64_t& value, std::int64_t least,
                std::int64_t most, std::string_view what);

    // Any text that is not empty. An empty default is shown as `none`.
    cli& text(std::string_view name, std::string& value, std::string_view what);

    // One of some words.
    cli& choice(std::string_view name, std::string& value,
                std::initializer_list<const char*> words,
                std::string_view what);

    // Whatever follows the options, from the first word without "--" on: a
    // command to run. `words` holds the default.
    cli& command(std::vector<std::string>& words) {
        command_ = &words;
        return *this;
    }

    void parse(int argc, const char* const* argv);

  private:
    struct option {
        std::string name, what;
        std::int64_t* number;
        std::string* text;
        std::int64_t least, most;
        std::vector<std::string> words; // a text may be; none: any
        bool given = false;
    };

    option& find(std::string_view argument);
    void set(option& chosen, std::string_view value) const;
    static std::string wanted(const option& o);
    [[noreturn]] void help() const;
    [[noreturn]] void fail(const std::string& problem) const;

    std::string program_, what_;
    std::vector<option> options_;
    std::vector<std::string>* command_ = nullptr;
};
