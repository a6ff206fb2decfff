// What time_variants.sh left in results/CHAPTER, read back.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// One run of one program.
struct run {
    double wall = 0; // seconds
    double user = 0; // CPU seconds outside the kernel
    double system = 0;
    int exit_code = 0;
};

// The runs in a JSON file of hyperfine: version 1 of its schema (hyperfine
// 1.x, which has none of the name) or 2. Throws std::runtime_error for
// anything else. Source: hyperfine's doc/json-export.md.
std::vector<run> read_hyperfine(std::string_view json);

// What a program printed.
struct output {
    std::string configuration;                  // its first line
    std::map<std::string, std::string> figures; // "commits" -> "300"
    std::string result, expected;               // of its last line
    // What it drew: a name and a letter for each piece of time, as
    // "naps        |..##  ..|".
    std::vector<std::pair<std::string, std::string>> lanes;
    double letter_ms = 0; // of "one letter: 0.83 ms; # computes, . waits"
    std::string letters;  // and what they are: "# computes, . waits"
};

output read_output(std::string_view text);

// One round of one label. Without a time if it failed or was wrong.
struct sample {
    std::optional<run> timed;
    output printed;
};

struct label {
    std::string name, kind, command;
    std::size_t rounds = 0;             // that were asked for
    std::vector<sample> samples, again; // by round; `again`: the A/A pair
    std::string trouble;                // why it has no time: empty if it has
    // A label that does the same, and the figures to compare; or nothing.
    std::vector<std::string> beside;
};

struct problem {
    std::string name, title;
    std::string figure;        // compared by: "time", or the name of a figure
    std::vector<label> labels; // the baseline is the first one
    std::vector<std::string> notes;
    bool race = true; // its variants do the same: one of them is the fastest
    // What a source has printed for the same, by label, as the problem's
    // figure.
    std::vector<std::pair<std::string, double>> published = {};
};

struct chapter {
    std::string name;  // 04-data-parallelism
    std::string title; // Data parallelism
    std::vector<std::pair<std::string, std::string>> machine;
    std::vector<problem> problems;
    std::vector<std::string> warnings; // files that could not be read
};

// Reads results/CHAPTER. Never throws for what a run left behind: a label
// without a readable time says so in `trouble`.
chapter read_chapter(const std::filesystem::path& directory);

// The figure by which a sample is compared: its time in seconds or what it
// printed. Empty if it has none, or one that is not a finite number above 0.
std::optional<double> value(const problem& of, const sample& one);

// What the chapter's machine was described by, as "processor"; empty if it has
// no such entry.
std::string machine_entry(const chapter& measured, const std::string& name);

// All of the text as a finite number, or nothing.
std::optional<double> to_number(std::string_view text);

// Why the program called its figures of this run unreliable; empty if it did
// not.
std::string why_unreliable(const sample& one);

// A figure that a program printed, as a number.
std::optional<double> number(const sample& one, const std::string& figure);

// Names of measured figures end in their unit of time; the others are counts.
bool is_count(const std::string& figure);
