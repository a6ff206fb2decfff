// A page as a list of what stands on it, written out twice with the same
// content: as Markdown and as HTML.
//
// Text may hold [links](target), **bold**, *italics* and `code`, as in
// Markdown; nothing else in it means anything.
#pragma once

#include "tables.hpp"

#include <filesystem>
#include <string>
#include <variant>
#include <vector>

struct heading {
    int level;
    std::string text;
};

struct paragraph {
    std::string text;
};

struct bullets {
    std::vector<std::string> items;
};

struct shown_table {
    table shown;
    // Its cells are text: on a phone one below the other, not numbers beside
    // each other. A row that begins with **NAME** has the anchor of that name.
    bool sentences = false;
};

// SVG in the text colour of the page, and a file's name for it.
struct picture {
    std::string name, svg;
    std::string caption;
    std::string words = ""; // for those who do not see it; none: the caption
};

using document = std::vector<
    std::variant<heading, paragraph, bullets, shown_table, picture>>;

// What a heading is linked to by, as GitHub names it: "Chapter 03: The GIL" is
// chapter-03-the-gil.
std::string anchor(const std::string& heading);

// Writes the pictures into `directory`/pictures, from which it removes those of
// an earlier report, and returns the text.
std::string as_markdown(const document& page,
                        const std::filesystem::path& directory);

// One file that needs no other. The first heading is the title.
std::string as_html(const document& page);
