#include "percentiles.hpp"

#include "gnuplot.hpp"
#include "statistics.hpp"

#include <fmt/core.h>

#include <algorithm>

std::vector<percentile_line> percentiles_of(const problem& of) {
    std::vector<percentile_line> found;
    for (const label& one : of.labels) {
        percentile_line line{one.name, {}};
        for (const char* figure : {"p50_us", "p90_us", "p99_us", "max_us"}) {
            const auto rounds = numbers(one, figure);
            line.at.push_back(rounds.empty() ? std::nullopt
                                             : std::optional(median(rounds)));
        }
        if (one.trouble.empty() && line.at.front() && line.at.back())
            found.push_back(std::move(line));
    }
    return found;
}

std::string percentiles_picture(const problem& of, const std::string& chapter) {
    const auto lines = percentiles_of(of);
    if (lines.empty())
        return "";
    std::string ranges, names,
        words = "What half, 90, 99 of 100 and all of "
                "the requests took at most.";
    std::string points[4];
    double least = *lines.front().at.front(), most = 0;
    int row = 0;
    for (const percentile_line& line : lines) {
        const double half = *line.at.front(), longest = *line.at.back();
        ranges += fmt::format("{} {} {} 0\n", half, -row, longest - half);
        words += fmt::format(" {}:", line.name);
        for (std::size_t p = 0; p < 4; ++p) {
            if (line.at[p])
                points[p] += fmt::format("{} {}\n", *line.at[p], -row);
            words += fmt::format("{} {}", p == 0 ? "" : ",",
                                 line.at[p] ? show_seconds(*line.at[p] / 1e6)
                                            : "too few");
        }
        words += '.';
        least = std::min(least, half);
        most = std::max(most, longest);
        add_tick(names, line.name, -row++);
    }
    std::string script =
        picture_head(110 + 26 * row)
        + fmt::format(
            "set ytics ({}) scale 0\n"
            "set xlabel 'time, log scale' textcolor rgb "
            "'{}'\n"
            "set yrange [{}:0.6]\nset logscale x\nset xrange [{}:{}]\nset "
            "xtics ({})\n"
            "set key below samplen 1 width -3\n$ranges << END\n{}END\n",
            names, ink, -row + 0.4, least / 1.3, most * 1.3,
            ticks_log(least, most,
                      [](double us) { return show_seconds(us / 1e6); }),
            ranges);
    std::string plots = fmt::format(
        "$ranges with vectors nohead lw 2 lc rgb '{}' notitle", ink);
    const char* meaning[] = {"half", "90 %", "99 %", "longest"};
    const int shapes[] = {7, 9, 5, 2};
    for (std::size_t p = 0; p < 4; ++p) {
        if (points[p].empty())
            continue;
        script += fmt::format("$p{} << END\n{}END\n", p, points[p]);
        plots += fmt::format(", $p{} with points pt {} ps 0.8 lc rgb '#3987cf' "
                             "title '{}'",
                             p, shapes[p], meaning[p]);
    }
    return draw(script + "plot " + plots + "\n",
                chapter + "-" + of.name + "-percentiles", words);
}
