#include "strip.hpp"

#include "gnuplot.hpp"
#include "statistics.hpp"
#include "tables.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

std::string strip_picture(const problem& of, const std::string& chapter) {
    std::string dots, circles, medians, names;
    double least = 0, most = 0;
    bool scatters = false;
    int line = 0; // 0 is on top: gnuplot counts upwards, so negative
    for (const label& one : of.labels) {
        if (!one.trouble.empty())
            continue;
        const auto add = [&](const std::vector<sample>& samples,
                             std::string& to) {
            // A little lower with every round: drift shows as a slope.
            const double step = 0.6 / static_cast<double>(samples.size() + 1);
            double y = -line + 0.3;
            for (const sample& run : samples) {
                y -= step;
                if (const auto x = value(of, run)) {
                    to += fmt::format("{} {}\n", *x, y);
                    least = most == 0 ? *x : std::min(least, *x);
                    most = std::max(most, *x);
                }
            }
        };
        add(one.samples, dots);
        add(one.again, circles);
        const auto all = values(of, one.samples);
        if (all.empty())
            continue;
        for (const double x : all)
            scatters = scatters || x != all.front(); // or it is computed
        medians += fmt::format("{} {} 0 0.66\n", median(all), -line - 0.33);
        add_tick(names, one.name, -line);
        ++line;
    }
    if (dots.empty() || of.labels.size() == 1 || !scatters)
        return ""; // nothing to look at, or nothing beside it

    const bool logarithmic = most > 20 * least;
    const auto show = [&](double x) { return show_value(of, x); };
    std::string script =
        picture_head(70 + 36 * line)
        + fmt::format(
            "set ytics ({}) scale 0\n"
            "set xlabel {} textcolor rgb '{}'\n"
            "set yrange [{}:0.6]\n"
            "unset key\n",
            names,
            quoted(in_words(of.figure) + (logarithmic ? ", log scale" : "")),
            ink, -line + 0.4);
    script += logarithmic ? fmt::format("set logscale x\nset xrange [{}:{}]\n"
                                        "set xtics ({})\n",
                                        least / 1.3, most * 1.3,
                                        ticks_log(least, most, show))
                          : fmt::format("set xrange [0:*]\nset xtics ({})\n",
                                        ticks(most, show));
    const std::string points = " with points ps 0.5 lc rgb '#3987cf' pt ";
    script += fmt::format("$dots << END\n{}END\n$medians << END\n{}END\n", dots,
                          medians);
    if (!circles.empty())
        script += fmt::format("$circles << END\n{}END\n", circles);
    script += fmt::format(
        "plot $dots{}7,{} $medians with vectors nohead lw 2 "
        "lc rgb '{}'\n",
        points, circles.empty() ? "" : " $circles" + points + "6,", ink);
    return draw(script, chapter + "-" + of.name,
                "Every run of every variant, as a dot; the bar is the median");
}
