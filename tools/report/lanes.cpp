#include "lanes.hpp"

#include "tables.hpp"

#include <fmt/core.h>

#include <algorithm>

std::string lanes_in_words(const label& of) {
    std::string words = "a line for each thread";
    const std::string& letters = of.samples.back().printed.letters;
    // "# holds the lock, . waits for it"
    if (const auto comma = letters.find(", "); comma != letters.npos)
        words += "; solid: " + letters.substr(2, comma - 2)
                 + "; hatched: " + letters.substr(comma + 4);
    return words + "; empty: neither, or for too short to be drawn";
}

std::string lanes_picture(const label& of) {
    if (!of.trouble.empty() || of.samples.empty()
        || of.samples.back().printed.lanes.empty())
        return "";
    const output& drawn = of.samples.back().printed;
    constexpr double left = 110, width = 580, height = 26, gap = 8;
    const std::string id = "lanes-" + of.name;
    std::string text = fmt::format(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" "
        "viewBox=\"0 0 720 {}\">\n<title>{}: {}</title>\n"
        "<defs><pattern id=\"{}\" width=\"6\" height=\"6\" "
        "patternUnits=\"userSpaceOnUse\" patternTransform=\"rotate(45)\">"
        "<path d=\"M0 0V6\" stroke=\"currentColor\" stroke-opacity=\"0.55\"/>"
        "</pattern></defs>\n",
        gap + (height + gap) * static_cast<double>(drawn.lanes.size()) + 20,
        escape_html(of.name), escape_html(lanes_in_words(of)), id);
    const auto write = [&text](double x, double at, const char* anchor,
                               const std::string& words) {
        text += fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" "
                            "text-anchor=\"{}\" font-size=\"14\" "
                            "font-family=\"sans-serif\" "
                            "fill=\"currentColor\">{}</text>\n",
                            x, at, anchor, escape_html(words));
    };
    double y = gap;
    for (const auto& [name, letters] : drawn.lanes) {
        write(left - 8, y + height * 0.7, "end", name);
        const double each = width / static_cast<double>(letters.size());
        for (std::size_t from = 0, to = 0; from < letters.size(); from = to) {
            to = std::min(letters.find_first_not_of(letters[from], from),
                          letters.size());
            if (letters[from] == ' ')
                continue;
            text += fmt::format(
                "<rect x=\"{:.1f}\" y=\"{}\" width=\"{:.1f}\" height=\"{}\" "
                "fill=\"{}\"/>\n",
                left + each * static_cast<double>(from), y,
                each * static_cast<double>(to - from), height,
                letters[from] == '#' ? "#3987cf" : "url(#" + id + ")");
        }
        y += height + gap;
    }
    const double all_ms =
        drawn.letter_ms
        * static_cast<double>(drawn.lanes.front().second.size());
    double step = 1;
    while (step * 8 < all_ms)
        step *= step == 1 || step == 10 ? 5 : 2; // 1, 5, 10, 50, ...
    for (double ms = 0; drawn.letter_ms > 0 && ms <= all_ms; ms += step)
        write(left + width * ms / all_ms, y + 10, "middle",
              fmt::format("{:g} ms", ms));
    return text + "</svg>\n";
}
