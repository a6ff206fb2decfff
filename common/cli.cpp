#include "common/cli.hpp"

#include <fcntl.h>
#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <system_error>
#include <utility>

// Where descriptor 0, 1 or 2 is closed, the next file or socket would get its
// number, and be taken for it. So each gets a file that it cannot be used for:
// reading or writing fails, as it did.
static void occupy_standard_descriptors() {
    for (const int fd : {0, 1, 2})
        if (::fcntl(fd, F_GETFD) == -1)
            ::open("/dev/null", fd == 0 ? O_WRONLY : O_RDONLY);
}

// Quoted, on one line and short, whatever the user typed.
static std::string shown(std::string_view value) {
    std::string text;
    for (const char c : value.substr(0, 40)) {
        const auto byte = static_cast<unsigned char>(c);
        text += byte < ' ' || byte == 127 ? '?' : c;
    }
    return "'" + text + (value.size() > 40 ? "...'" : "'");
}

cli::cli(std::string_view program, std::string_view what)
    : program_(program), what_(what) {}
cli::~cli() = default;

cli& cli::number(std::string_view name, std::int64_t& value, std::int64_t least,
                 std::int64_t most, std::string_view what) {
    options_.push_back({std::string(name),
                        std::string(what),
                        &value,
                        nullptr,
                        least,
                        most,
                        {}});
    return *this;
}

cli& cli::text(std::string_view name, std::string& value,
               std::string_view what) {
    return choice(name, value, {}, what);
}

cli& cli::choice(std::string_view name, std::string& value,
                 std::initializer_list<const char*> words,
                 std::string_view what) {
    options_.push_back({std::string(name),
                        std::string(what),
                        nullptr,
                        &value,
                        0,
                        0,
                        {words.begin(), words.end()}});
    return *this;
}

void cli::parse(int argc, const char* const* argv) {
    occupy_standard_descriptors();
    for (int i = 1; i < argc; ++i) {
        const std::string_view argument = argv[i];
        if (command_ != nullptr && !argument.starts_with("--")) {
            command_->assign(argv + i, argv + argc);
            return;
        }
        if (argument == "--help")
            help();
        const auto equals = argument.find('=');
        option& found = find(argument.substr(0, equals));
        if (std::exchange(found.given, true))
            fail(fmt::format("--{} given twice, wants {} once", found.name,
                             wanted(found)));
        if (equals != argument.npos)
            set(found, argument.substr(equals + 1));
        else if (i + 1 < argc
                 && !std::string_view(argv[i + 1]).starts_with("--"))
            set(found, argv[++i]);
        else
            fail(fmt::format("--{} without a value, wants {}", found.name,
                             wanted(found)));
    }
}

cli::option& cli::find(std::string_view argument) {
    for (option& candidate : options_)
        if (argument == "--" + candidate.name)
            return candidate;
    std::string known = "--help";
    for (const option& candidate : options_)
        known += " --" + candidate.name;
    fail(fmt::format("unknown option {}, the options are {}", shown(argument),
                     known));
}

void cli::set(option& chosen, std::string_view value) const {
    const auto reject = [&] {
        fail(fmt::format("--{} {} is not {}", chosen.name, shown(value),
                         wanted(chosen)));
    };
    if (chosen.text != nullptr) {
        const auto& words = chosen.words;
        if (value.empty()
            || (!words.empty()
                && std::find(words.begin(), words.end(), value) == words.end()))
            reject();
        *chosen.text = value;
        return;
    }
    // from_chars takes no blanks, no plus sign, no 0x and no exponent.
    const char* end = value.data() + value.size();
    std::int64_t parsed = 0;
    const auto [rest, error] = std::from_chars(value.data(), end, parsed);
    if (error != std::errc{} || rest != end || parsed < chosen.least
        || parsed > chosen.most)
        reject();
    *chosen.number = parsed;
}

std::string cli::wanted(const option& o) {
    if (!o.words.empty()) {
        std::string all = o.words.front();
        for (std::size_t i = 1; i < o.words.size(); ++i)
            all += (i + 1 < o.words.size() ? ", " : " or ") + o.words[i];
        return all;
    }
    if (o.text != nullptr)
        return "a text that is not empty";
    return fmt::format("a whole number from {} to {}", o.least, o.most);
}

void cli::help() const {
    fmt::print("{}\n\n    {} [--option value] ...{}\n\n", what_, program_,
               command_ == nullptr ? "" : " [COMMAND ...]");
    for (const option& o : options_) {
        const std::string normal = o.text == nullptr
                                       ? fmt::format("{}", *o.number)
                                   : o.text->empty() ? "none"
                                                     : *o.text;
        fmt::print("    --{:<12} {} ({}; default {})\n", o.name, o.what,
                   wanted(o), normal);
    }
    std::exit(std::fflush(stdout) == 0 ? 0 : 1);
}

void cli::fail(const std::string& problem) const {
    const auto line = fmt::format("{}: {} (try --help)\n", program_, problem);
    std::fputs(line.c_str(), stderr); // there may be no stderr
    std::exit(2);
}
