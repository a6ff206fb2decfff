#include "frontier.hpp"

#include "gnuplot.hpp"
#include "statistics.hpp"
#include "tables.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <utility>

static std::vector<double> survivors_of(const label& of) {
    std::vector<double> all;
    for (const sample& one : of.samples)
        if (const auto rows = number(one, "survivors"))
            all.push_back(*rows);
    return all;
}

std::vector<frontier_mark> frontier_of(const problem& of) {
    std::vector<frontier_mark> all;
    if (of.figure == "time") // of which less is better
        return {};
    for (const label& one : of.labels) {
        const auto speeds = values(of, one.samples);
        const auto survivors = survivors_of(one);
        if (one.trouble.empty() && !speeds.empty() && !survivors.empty())
            all.push_back({one.name, median(speeds), median(survivors)});
    }
    double most = 0;
    for (const frontier_mark& one : all)
        most = std::max(most, one.survivors);
    // In tenths of the most: a few rows that were under way are no difference.
    const auto keeps = [&](const frontier_mark& one) {
        return most == 0 ? 0 : std::lround(10 * one.survivors / most);
    };
    std::sort(all.begin(), all.end(), [&](const auto& a, const auto& b) {
        return std::pair(keeps(a), a.speed) > std::pair(keeps(b), b.speed);
    });
    if (all.size() < 3 || keeps(all.front()) == keeps(all.back()))
        return {};
    double fastest = 0; // of those that keep more, or as much
    for (frontier_mark& one : all) {
        one.on_frontier = one.speed > fastest;
        fastest = std::max(fastest, one.speed);
    }
    return all;
}

static std::string kept(double survivors) {
    return survivors == 0 ? "none" : fmt::format("{:.0f}", survivors);
}

std::string frontier_picture(const problem& of, const std::string& chapter) {
    const auto all = frontier_of(of);
    if (all.empty())
        return "";
    std::string names, on, off;
    double least = all.front().speed, most = least;
    int line = 0;
    for (const frontier_mark& one : all) {
        add_tick(names, fmt::format("{}: {}", one.name, kept(one.survivors)),
                 -line);
        (one.on_frontier ? on : off) +=
            fmt::format("{} {}\n", one.speed, -line);
        least = std::min(least, one.speed);
        most = std::max(most, one.speed);
        ++line;
    }
    std::string script =
        picture_head(90 + 24 * line)
        + fmt::format("set ytics ({}) scale 0\n"
                      "set xlabel {} textcolor rgb '{}'\n"
                      "set yrange [{}:0.6]\n"
                      "unset key\n"
                      "set logscale x\nset xrange [{}:{}]\nset xtics ({})\n",
                      names, quoted(in_words(of.figure) + ", log scale"), ink,
                      -line + 0.4, least / 1.5, most * 1.5,
                      ticks_log(least, most,
                                [&](double x) { return show_value(of, x); }));
    const std::string points = " with points ps 1.1 lc rgb '#3987cf' pt ";
    script += fmt::format("$on << END\n{}END\n", on);
    if (!off.empty())
        script += fmt::format("$off << END\n{}END\n", off);
    script += fmt::format("plot $on{}7{}\n", points,
                          off.empty() ? "" : ", $off" + points + "6");
    return draw(script, chapter + "-" + of.name + "-frontier",
                "How fast each loader is, and how many rows survive a kill");
}

std::string frontier_in_words(const problem& of) {
    std::string text;
    for (const frontier_mark& one : frontier_of(of))
        if (one.on_frontier)
            text +=
                fmt::format("{}{} ({}; {} survive)",
                            text.empty() ? "On the frontier: " : ", ", one.name,
                            show_value(of, one.speed), kept(one.survivors));
    return text.empty() ? "" : text + ".";
}
