#include "transcript.hpp"

#include "common/check.hpp"

#include <fmt/core.h>

#include <sys/wait.h>

#include <cstdio>
#include <cstdlib>
#include <optional>
#include <regex>
#include <stdexcept>

faith read_faith(const std::string& argument) {
    if (argument.empty())
        return faith::exact;
    if (argument == "varies")
        return faith::varies;
    if (argument == "sample")
        return faith::sample;
    throw std::runtime_error("is neither exact (nothing), varies nor sample");
}

static text_lines masked(text_lines lines) {
    static const std::regex digits("[0-9]+");
    for (std::string& line : lines)
        line = std::regex_replace(line, digits, "#");
    return lines;
}

// Of lines such as "rows_per_s: 2600"; of none, if one says "unreliable: ...":
// on a busy machine there are fewer.
static std::optional<text_lines> names_of_figures(const text_lines& lines) {
    static const std::regex figure("^([a-z_0-9]+): ");
    text_lines names;
    for (const std::string& line : lines)
        if (std::smatch found; std::regex_search(line, found, figure)) {
            names.push_back(found[1]);
            if (names.back() == "unreliable")
                return std::nullopt;
        }
    return names;
}

bool agree(const text_lines& shown, const text_lines& printed, faith how) {
    if (how == faith::exact || shown.empty() || printed.empty())
        return shown == printed;
    if (how == faith::sample) {
        const auto names = names_of_figures(printed);
        return shown.back() == printed.back()
               && (!names || names_of_figures(shown) == names);
    }
    return masked(shown) == masked(printed);
}

text_lines run_command(const std::string& command, const std::string& bin) {
    std::string ours = command;
    const std::string theirs = "build/bin/", variable = "\"$MANY_HANDS_BIN\"/";
    for (auto at = ours.find(theirs); at != ours.npos;
         at = ours.find(theirs, at + variable.size()))
        ours.replace(at, theirs.size(), variable);
    check(::setenv("MANY_HANDS_BIN", bin.c_str(), 1), "setenv");
    FILE* pipe = ::popen(ours.c_str(), "r");
    if (pipe == nullptr)
        throw_errno("sh");
    std::string printed;
    for (int c; (c = std::fgetc(pipe)) != EOF;)
        printed += static_cast<char>(c);
    const int status = check(::pclose(pipe), "sh");
    if (status != 0)
        throw std::runtime_error(fmt::format(
            "'{}' ended with status {}{}", command,
            WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status),
            WEXITSTATUS(status) == 127 ? "; is it built?" : ""));
    return split_lines(printed);
}
