#include "excerpt.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cctype>
#include <stdexcept>

// The line without its indentation.
static std::string unindented(const std::string& line) {
    const auto first = line.find_first_not_of(' ');
    return first == line.npos ? "" : line.substr(first);
}

static bool is_word(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

// Does the line begin a definition, or a declaration, of `name`?
static bool names(const std::string& line, const std::string& name) {
    if (line.empty() || (!is_word(line[0]) && line[0] != '['))
        return false; // indented, a comment, #include, a closing brace
    for (auto at = line.find(name); at != line.npos;
         at = line.find(name, at + 1)) {
        const auto end = at + name.size();
        if ((at == 0 || !is_word(line[at - 1]))
            && (end == line.size() || !is_word(line[end])))
            return true;
    }
    return false;
}

// The last line of what begins at `first`.
static std::size_t end_of_definition(const text_lines& source,
                                     std::size_t first) {
    const char last = source[first].back();
    if (last == ';' || last == '}') // all in one line
        return first;
    for (std::size_t i = first + 1; i < source.size(); ++i)
        if (source[i] == "}" || source[i] == "};")
            return i;
    throw std::runtime_error(
        fmt::format("the definition in line {} never ends", first + 1));
}

static excerpt cut(const text_lines& source, std::size_t first,
                   std::size_t last) {
    excerpt found{{}, first + 1, last + 1};
    std::size_t indentation = std::string::npos;
    for (std::size_t i = first; i <= last; ++i)
        indentation = std::min(indentation, source[i].find_first_not_of(' '));
    for (std::size_t i = first; i <= last; ++i)
        found.code.push_back(source[i].empty() ? ""
                                               : source[i].substr(indentation));
    return found;
}

excerpt find_excerpt(const text_lines& source, const std::string& name) {
    constexpr std::size_t regions_per_file = 3;
    std::vector<excerpt> regions, definitions;
    std::size_t all_regions = 0;
    for (std::size_t i = 0; i < source.size(); ++i) {
        const std::string line = unindented(source[i]);
        if (line.starts_with("//> ") && ++all_regions > regions_per_file)
            throw std::runtime_error(
                fmt::format("more than {} regions make a file hard to read",
                            regions_per_file));
        if (line == "//> " + name) {
            const auto end =
                std::find_if(source.begin() + static_cast<std::ptrdiff_t>(i),
                             source.end(), [&](const std::string& other) {
                                 return unindented(other) == "//< " + name;
                             });
            const auto last = static_cast<std::size_t>(end - source.begin());
            if (end == source.end() || last == i + 1)
                throw std::runtime_error(fmt::format(
                    "the region in line {} {}", i + 1,
                    end != source.end() ? "is empty"
                                        : "has no end: //< " + name));
            regions.push_back(cut(source, i + 1, last - 1));
        } else if (names(source[i], name)) {
            const bool has_template =
                i > 0 && source[i - 1].starts_with("template");
            definitions.push_back(
                cut(source, i - has_template, end_of_definition(source, i)));
        }
    }
    // A region was named on purpose; a definition only has its name.
    const auto& found = regions.empty() ? definitions : regions;
    if (found.empty())
        throw std::runtime_error(
            fmt::format("nothing there is called {}", name));
    if (found.size() > 1)
        throw std::runtime_error(
            fmt::format("lines {} and {} both name {}; a region //> with a "
                        "name of its own tells them apart",
                        found[0].first, found[1].first, name));
    return found.front();
}
