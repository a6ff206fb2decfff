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

// Only these columns of it.
table with_columns(const table& of, const std::vector<std::size_t>& columns);

// Labels that do the same as one of ours, figure by figure. May have no rows.
table side_by_side(const problem& of);

// What a source has printed, and what came out here; times as fast as the first
// of these. May have no rows.
table published_and_here(const problem& of);

// How far the baseline is from itself: "The same program against itself: ..."
// Empty without a pair.
std::string self_comparison(const problem& of);

// After the name of a label that is no variant of ours: " (peer)".
std::string suffix(const std::string& kind);

struct fast_variant {
    const label* of;
    double middle, times; // its median; how many times as fast as the first
};

// Of those of ours that do the same work and ran in every round: the fastest,
// and behind it those that are not slower by the rule of the claims. Empty if
// it beats nobody by that rule, as it is with --quick; or if something that ran
// in fewer rounds, a peer or a point of a curve, seems to be faster.
std::vector<fast_variant> fastest(const problem& of);

// "b, c and a"
std::string names_of(const std::vector<fast_variant>& variants);

// Is the problem's first variant among them?
bool has_baseline(const std::vector<fast_variant>& variants, const problem& of);

// The fastest in one sentence. Empty if there is nothing to compare.
std::string finding(const problem& of);

std::string as_text(const table& t);
std::string as_markdown(const table& t);
std::string as_html(const table& t);

// A value of a figure, a time with its unit: "73 ms" for 0.073 of count_s,
// "25 M".
std::string show_figure(const std::string& figure, double value);

// The same of the one that the problem's labels are compared by.
std::string show_value(const problem& of, double value);

// The name of a figure in words, without a unit that its values are shown
// with: "rows per second" for "rows_per_s", "count" for "count_s".
std::string in_words(std::string figure);

// Lines of at most 80 characters, broken at spaces; the first begins with
// `first`, the others with `indent`.
std::vector<std::string> wrapped(const std::string& text,
                                 const std::string& first = "",
                                 const std::string& indent = "");

std::string escape_html(const std::string& text);
