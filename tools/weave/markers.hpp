// The markers of a page: where they are, and whether they stand as GitHub,
// pandoc and e-book readers need them.
//
//     <!-- kind: argument -->     alone on its line, begins a block that ends
//     <!-- /kind -->              with this line
//     <!-- n: argument -->1.9<!-- /n -->      within a line of prose
//
// Between <!-- answer --> and <!-- /answer --> stands prose with such figures:
// the chapter's answer, which the report gives again with the reader's.
#pragma once

#include "tools/report/files.hpp" // split_lines

#include <functional>
#include <string>
#include <vector>

using text_lines = std::vector<std::string>;

std::string join_lines(const text_lines& lines); // each ends with a newline

struct marker {
    std::string kind;     // "code"
    std::string argument; // "load_naive.cpp#loop"
    std::size_t line = 0; // from 1
};

// What is wrong on a page, or no longer true.
struct complaint {
    std::size_t line = 0;
    std::string what;
    std::string difference; // from the page to what is true; may be empty
};

// Gives a block its new lines, or an `n` its new text (one line). Throws
// std::runtime_error if it cannot.
using filler =
    std::function<text_lines(const marker& at, const text_lines& body)>;

struct woven_page {
    std::string text;
    std::size_t markers = 0;
    std::vector<complaint> errors; // of the markers; their text stays
    std::vector<complaint> drifts; // what `fill` changed
};

// Calls `fill` for every marker of the page, from top to bottom.
woven_page weave_page(const std::string& page, const filler& fill);

// The lines that differ, with - and +, and two lines around them.
std::string difference(const text_lines& before, const text_lines& after);
