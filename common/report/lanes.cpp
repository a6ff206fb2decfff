#include "lanes.hpp"

#include "tables.hpp"

#include <fmt/core.h>

#include <algorithm>

std::string lanes_picture(const label& of) {
    if (!of.trouble.empty() || of.samples.empty()
        || of.samples.back().printed.lanes.empty())
        return "";
    const auto& lanes = of.samples.back().printed.lanes;
    constexpr double left = 110, width = 600, height = 26, gap = 8;
    const std::string id = "lanes-" + of.name;
    std::string text = fmt::format(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" "
        "viewBox=\"0 0 720 {}\">\n<title>{}: {}</title>\n"
        "<defs><pattern id=\"{}\" width=\"6\" height=\"6\" "
        "patternUnits=\"userSpaceOnUse\" patternTransform=\"rotate(45)\">"
        "<path d=\"M0 0V6\" stroke=\"currentColor\" stroke-opacity=\"0.55\"/>"
        "</pattern></defs>\n",
        gap + (height + gap) * static_cast<double>(lanes.size()),
        escape_html(of.name), lanes_in_words, id);
    double y = gap;
    for (const auto& [name, letters] : lanes) {
        text += fmt::format("<text x=\"{}\" y=\"{}\" text-anchor=\"end\" "
                            "font-size=\"14\" font-family=\"sans-serif\" "
                            "fill=\"currentColor\">{}</text>\n",
                            left - 8, y + height * 0.7, escape_html(name));
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
    return text + "</svg>\n";
}
