// The report's tables, once as cells, and the three ways to print them.
#pragma once

#include "measurements.hpp"

#include <optional>
#include <set>
#include <string>
#include <vector>

struct table {
    std::vector<std::string> head;
    std::vector<std::vector<std::string>> rows; // first column: text
    // Rows that have nothing but a sentence, in column 1.
    std::set<std::size_t> troubled;
};

// One row per label: median, range, cores busy, ratio to the baseline, and
// every figure that the programs printed.
table comparison(const problem& of);

// Why a label has no value: what went wrong, or that the program itself found
// its figures unreliable, which begins with "not measured: ".
std::string why_no_figure(const label& of);

// Labels that do the same as one of ours, figure by figure. May have no rows.
table side_by_side(const problem& of);

// How far the baseline is from itself: "The same program against itself: ..."
// Empty without a pair.
std::string self_comparison(const problem& of);

// After the name of a label that is no variant of ours: " (peer)".
std::string suffix(const std::string& kind);

struct best_variant {
    const label* of;
    double middle, times; // its median; how many times as fast as the first
};

// The variant, ours or a peer, that is faster than all others, and than the
// first one by more than that differs from itself in any round.
std::optional<best_variant> fastest(const problem& of);

// The fastest variant, in one sentence. Empty if nothing was measured.
std::string finding(const problem& of);

std::string as_text(const table& t);
std::string as_markdown(const table& t);
std::string as_html(const table& t);

// A value that the problem's labels are compared by: "73 ms", "25 M".
std::string show_value(const problem& of, double value);

// The name of a figure in words: "rows per second" for "rows_per_s".
std::string in_words(std::string figure);

// Lines of at most 80 characters, broken at spaces; the first begins with
// `first`, the others with `indent`.
std::vector<std::string> wrapped(const std::string& text,
                                 const std::string& first = "",
                                 const std::string& indent = "");

std::string escape_html(const std::string& text);
