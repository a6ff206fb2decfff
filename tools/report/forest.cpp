#include "forest.hpp"

#include "gnuplot.hpp"

#include <fmt/core.h>

#include <algorithm>

std::vector<forest_line> forest_of(const chapter_answer& one) {
    std::vector<forest_line> found;
    for (const judged_claim& each : one.claims) {
        const std::string& relation = each.said.stated.relation;
        const bool less = relation.starts_with('<');
        if ((!less && !relation.starts_with('>')) || each.here.factor == 0
            || each.here.given == answer::not_measured)
            continue;
        const auto side = [less](double x) { return less ? 1 / x : x; };
        forest_line line{name_in_words(each.said.stated),
                         each.here.given,
                         side(each.here.ratio),
                         side(less ? each.here.high : each.here.low),
                         side(less ? each.here.low : each.here.high),
                         {}};
        if (each.reference && each.reference->given != answer::not_measured)
            line.book = side(each.reference->ratio);
        found.push_back(line);
    }
    return found;
}

std::string forest_picture(const chapter_answer& one) {
    const auto lines = forest_of(one);
    if (lines.empty())
        return "";
    // What is further away is drawn at the edge: it is clear enough.
    static constexpr double edge = 10;
    const auto shown = [](double x) { return std::clamp(x, 1 / edge, edge); };
    std::string names, bars, dots, rings;
    int row = 0;
    for (const forest_line& line : lines) {
        const int colour = line.given == answer::holds           ? 0x3987cf
                           : line.given == answer::does_not_hold ? 0xd1702c
                                                                 : 0x8a8a8a;
        bars += fmt::format("{} {} {} 0 {}\n", shown(line.low), -row,
                            shown(line.high) - shown(line.low), colour);
        dots += fmt::format("{} {} {}\n", shown(line.middle), -row, colour);
        if (line.book)
            rings += fmt::format("{} {}\n", shown(*line.book), -row);
        add_tick(names, line.name, -row++);
    }
    std::string script =
        picture_head(84 + 24 * row)
        + fmt::format(
            "set ytics ({0}) scale 0\n"
            "set xlabel 'it holds by this factor (log scale)' textcolor rgb "
            "'{1}'\n"
            "set yrange [{2}:0.7]\nset logscale x\nset xrange [{3}:{4}]\n"
            "set xtics ({5})\nunset key\n"
            "set arrow from 1,graph 0 to 1,graph 1 nohead lc rgb '{1}'\n"
            "$bars << END\n{6}END\n$dots << END\n{7}END\n",
            names, ink, -row + 0.3, 1 / edge / 1.1, edge * 1.1,
            "0.1, 0.2, 0.5, 1, 2, 5, 10", bars, dots);
    std::string plot = "plot $bars with vectors nohead lw 4 lc rgb variable, "
                       "$dots with points pt 7 ps 0.9 lc rgb variable";
    if (!rings.empty()) {
        script += fmt::format("$rings << END\n{}END\n", rings);
        plot +=
            fmt::format(", $rings with points pt 6 ps 0.9 lc rgb '{}'", ink);
    }
    return draw(script + plot + "\n", one.name + "-claims",
                "How far each claim's figure is from what was stated; the "
                "table below has the numbers");
}
