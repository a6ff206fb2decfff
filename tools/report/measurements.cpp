#include "measurements.hpp"

#include "files.hpp"

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <charconv>
#include <cmath>
#include <set>
#include <stdexcept>

namespace fs = std::filesystem;
using json = nlohmann::ordered_json;

static std::vector<std::string> split(std::string_view text, char at) {
    std::vector<std::string> parts;
    for (;;) {
        const auto end = text.find(at);
        parts.emplace_back(text.substr(0, end));
        if (end == text.npos)
            return parts;
        text.remove_prefix(end + 1);
    }
}

std::optional<double> to_number(std::string_view text) {
    double parsed = 0;
    const char* end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, parsed);
    if (error != std::errc{} || rest != end || !std::isfinite(parsed))
        return std::nullopt;
    return parsed;
}

std::string machine_entry(const chapter& measured, const std::string& name) {
    for (const auto& [key, text] : measured.machine)
        if (key == name)
            return text;
    return "";
}

// An exit code is null if a signal ended the program.
static int exit_code(const json& code) {
    return code.is_number_integer() ? code.get<int>() : -1;
}

std::vector<run> read_hyperfine(std::string_view text) {
    std::vector<run> runs;
    try {
        const json all = json::parse(text);
        const json& result = all.at("results").at(0);
        if (!all.contains("schema_version")) { // hyperfine 1.x
            for (std::size_t i = 0; i < result.at("times").size(); ++i)
                runs.push_back({result.at("times").at(i),
                                // the mean of all runs: of the one run, here
                                result.at("user"), result.at("system"),
                                exit_code(result.at("exit_codes").at(i))});
        } else if (all.at("schema_version") == 2) {
            for (const json& one : result.at("measurements"))
                runs.push_back({one.at("time_wall_clock").at("value"),
                                one.at("time_user").at("value"),
                                one.at("time_system").at("value"),
                                exit_code(one.at("exit_code"))});
        } else {
            throw std::runtime_error(
                "hyperfine's JSON schema " + all.at("schema_version").dump()
                + " is newer than this report, which knows 1 and 2");
        }
    } catch (const json::exception& error) {
        throw std::runtime_error(std::string("not a JSON file of hyperfine: ")
                                 + error.what());
    }
    if (runs.empty())
        throw std::runtime_error("no runs in it");
    return runs;
}

output read_output(std::string_view text) {
    output printed;
    for (const std::string& line : split(text, '\n')) {
        if (printed.configuration.empty()) { // "workers: 2" is no figure there
            printed.configuration = line;
            continue;
        }
        const auto bar = line.find('|');
        if (bar != line.npos && bar > 0 && line.size() > bar + 1
            && line.back() == '|') {
            const auto name =
                line.substr(0, line.find_last_not_of(' ', bar - 1) + 1);
            printed.lanes.emplace_back(
                name, line.substr(bar + 1, line.size() - bar - 2));
            continue;
        }
        constexpr std::string_view letter = "one letter: ";
        if (const auto at = line.find(letter); at != line.npos) {
            printed.letter_ms = std::atof(line.c_str() + at + letter.size());
            if (const auto mean = line.find("; # ", at); mean != line.npos)
                printed.letters = line.substr(mean + 2);
            continue;
        }
        const auto colon = line.find(": ");
        if (colon == line.npos || line.find(' ') < colon)
            continue;
        const std::string name = line.substr(0, colon);
        const std::string rest = line.substr(colon + 2);
        const auto expected = rest.rfind(" (expected ");
        if (name == "result" && expected != rest.npos && rest.back() == ')') {
            printed.result = rest.substr(0, expected);
            printed.expected = rest.substr(expected + 11);
            printed.expected.pop_back();
        } else {
            printed.figures[name] = rest;
        }
    }
    return printed;
}

// Reads the files PATH.json and PATH.out of one run.
static sample read_sample(const fs::path& path, label& of) {
    sample one;
    const auto complain = [&](const std::string& what) {
        one.timed.reset();
        if (of.trouble.empty())
            of.trouble = what;
    };
    try {
        one.timed = read_hyperfine(read_text(path.string() + ".json")).at(0);
        one.printed = read_output(read_text(path.string() + ".out"));
    } catch (const std::exception& error) {
        complain(fmt::format("no measurement ({}: {})",
                             path.filename().string(), error.what()));
        return one;
    }
    if (one.timed->exit_code == 4 || one.printed.result != one.printed.expected)
        complain("wrong result");
    else if (one.timed->exit_code != 0)
        complain(
            fmt::format("failed with exit status {}", one.timed->exit_code));
    else if (of.kind != "peer" && one.printed.result.empty())
        complain("no result: its output has no such line");
    return one;
}

static void read_label(const fs::path& directory, label& of) {
    for (std::size_t round = 1; round <= of.rounds; ++round) {
        const fs::path path =
            directory / fmt::format("{:02}.{}", round, of.name);
        of.samples.push_back(read_sample(path, of));
        if (of.kind == "baseline")
            of.again.push_back(read_sample(path.string() + ".again", of));
    }
}

// Variants do the same work, so a checksum that they print must be one and
// the same, in all rounds. (Peers may print none.)
static void compare_checksums(problem& all) {
    const auto checksums = [](const label& of) {
        std::set<std::string> found;
        for (const auto* samples : {&of.samples, &of.again})
            for (const sample& one : *samples)
                if (const auto at = one.printed.figures.find("checksum");
                    at != one.printed.figures.end())
                    found.insert(at->second);
        return found;
    };
    const label& baseline = all.labels.front();
    const auto expected = checksums(baseline);
    for (label& of : all.labels) {
        const auto found = checksums(of);
        if (found.size() > 1)
            of.trouble = "wrong result: its checksum changes between rounds";
        else if (of.trouble.empty() && baseline.trouble.empty()
                 && !found.empty() && !expected.empty() && found != expected)
            of.trouble = "wrong result: its checksum is not the baseline's";
    }
}

chapter read_chapter(const fs::path& directory) {
    chapter all;
    all.name = fs::absolute(directory / ".").parent_path().filename().string();
    try {
        // ordered_json keeps the order in which the machine was described.
        const auto machine = nlohmann::ordered_json::parse(
            read_text(directory / "machine.json"));
        for (const auto& [key, text] : machine.items())
            all.machine.emplace_back(key, text.get<std::string>());
    } catch (const std::exception& error) {
        all.warnings.push_back(fmt::format("machine.json: {}", error.what()));
    }

    const auto read_or_warn = [&](const char* name) -> std::string {
        try {
            return read_text(directory / name);
        } catch (const std::exception& error) {
            all.warnings.push_back(fmt::format("{}: {}", name, error.what()));
            return "";
        }
    };
    all.title = split(read_or_warn("title"), '\n').front();
    const std::string declared = read_or_warn("variants.tsv");
    const std::string notes = read_or_warn("notes.tsv");
    const std::string no_race = fs::exists(directory / "no_race")
                                    ? read_or_warn("no_race")
                                    : ""; // older measurements have none
    const std::string published = fs::exists(directory / "published.tsv")
                                      ? read_or_warn("published.tsv")
                                      : ""; // nor this
    for (const std::string& line : split(declared, '\n')) {
        if (line.empty())
            continue;
        const auto fields = split(line, '\t');
        const auto rounds = fields.size() == 7 || fields.size() == 8
                                ? to_number(fields[5])
                                : std::nullopt;
        if (!rounds || *rounds < 0 || *rounds > 1000) {
            all.warnings.push_back("variants.tsv: cannot read: " + line);
            continue;
        }
        if (all.problems.empty() || all.problems.back().name != fields[0])
            all.problems.push_back({fields[0], fields[1], fields[2], {}, {}});
        problem& current = all.problems.back();
        label next;
        next.name = fields[3];
        next.kind = fields[4];
        next.rounds = static_cast<std::size_t>(*rounds);
        next.command = fields[6];
        if (fields.size() == 8 && !fields[7].empty())
            next.beside = split(fields[7], ' ');
        if (next.kind == "absent") // the command is the reason
            next.trouble = "not measured: " + next.command;
        read_label(directory / current.name, next);
        current.labels.push_back(std::move(next));
    }
    for (problem& one : all.problems) {
        compare_checksums(one);
        for (const std::string& line : split(no_race, '\n'))
            one.race = one.race && line != one.name;
        for (const std::string& line : split(notes, '\n'))
            if (line.starts_with(one.name + '\t'))
                one.notes.push_back(line.substr(one.name.size() + 1));
        for (const std::string& line : split(published, '\n')) {
            const auto fields = split(line, '\t');
            if (fields.front() != one.name)
                continue;
            const auto number =
                fields.size() == 3 ? to_number(fields[2]) : std::nullopt;
            if (number && *number > 0)
                one.published.emplace_back(fields[1], *number);
            else
                all.warnings.push_back("published.tsv: cannot read: " + line);
        }
    }
    return all;
}

std::string why_unreliable(const sample& one) {
    const auto at = one.printed.figures.find("unreliable");
    return at == one.printed.figures.end() ? "" : at->second;
}

std::optional<double> number(const sample& one, const std::string& figure) {
    const auto found = one.printed.figures.find(figure);
    if (found == one.printed.figures.end())
        return std::nullopt;
    return to_number(found->second);
}

std::optional<double> value(const problem& of, const sample& one) {
    if (!one.timed)
        return std::nullopt;
    const auto found = of.figure == "time" ? std::optional(one.timed->wall)
                                           : number(one, of.figure);
    return found && std::isfinite(*found) && *found > 0 ? found : std::nullopt;
}

bool is_count(const std::string& figure) {
    for (const char* unit : {"_s", "_ms", "_us", "_ns"})
        if (figure.ends_with(unit))
            return false;
    return true;
}
