#include "strip.hpp"

#include "common/check.hpp"
#include "statistics.hpp"
#include "tables.hpp"

#include <fmt/core.h>

#include <sys/mman.h>
#include <unistd.h>

#include <cstdlib>
#include <memory>

// gnuplot must be told a colour for text; this one is put out for whatever
// colour the page's text has.
static constexpr auto ink = "#010203";

static std::string replace_all(std::string text, const std::string& from,
                               const std::string& to) {
    for (std::size_t at = 0; (at = text.find(from, at)) != text.npos;
         at += to.size())
        text.replace(at, from.size(), to);
    return text;
}

// Gnuplot's word for a text: in single quotes, which it doubles inside.
static std::string quoted(const std::string& text) {
    return fmt::format("'{}'", replace_all(text, "'", "''"));
}

// The script has no name, so nothing can be left of it; gnuplot inherits it.
static std::string run_gnuplot(const std::string& script) {
    const int fd = check(::memfd_create("many-hands", 0), "memfd_create");
    std::string picture;
    if (::write(fd, script.data(), script.size())
        == static_cast<ssize_t>(script.size())) {
        const std::string command =
            fmt::format("gnuplot /dev/fd/{} 2>/dev/null", fd);
        const std::unique_ptr<FILE, int (*)(FILE*)> pipe(
            ::popen(command.c_str(), "r"), ::pclose);
        char block[4096];
        std::size_t got = 0;
        while (pipe && (got = std::fread(block, 1, sizeof block, pipe.get())))
            picture.append(block, got);
    }
    ::close(fd);
    return picture;
}

bool have_gnuplot() {
    return std::system("command -v gnuplot >/dev/null") == 0;
}

// From 0 to `most` in three to six steps of 1, 2 or 5 with zeros.
static std::string ticks(const problem& of, double most) {
    const double power = std::pow(10, std::floor(std::log10(most / 3)));
    double step = power;
    for (const double next : {2 * power, 5 * power})
        if (next <= most / 3)
            step = next;
    std::string all = "'0' 0";
    for (int i = 1; i * step <= most * 1.001; ++i) {
        const double at = i * step;
        all += fmt::format(
            ", {} {}",
            quoted(of.figure == "time" ? show_seconds(at) : show_number(at)),
            at);
    }
    return all;
}

std::string strip_picture(const problem& of, const std::string& chapter) {
    std::string dots, medians, names;
    double least = 0, most = 0;
    int line = 0; // 0 is on top: gnuplot counts upwards, so negative
    for (const label& one : of.labels) {
        if (!one.trouble.empty())
            continue;
        const auto add = [&](const std::vector<sample>& samples) {
            // A little lower with every round: drift shows as a slope.
            const double step = 0.6 / static_cast<double>(samples.size() + 1);
            double y = -line + 0.3;
            for (const sample& run : samples) {
                y -= step;
                if (const auto x = value(of, run)) {
                    dots += fmt::format("{} {}\n", *x, y);
                    least = most == 0 ? *x : std::min(least, *x);
                    most = std::max(most, *x);
                }
            }
        };
        add(one.samples);
        add(one.again);
        const auto all = values(of, one.samples);
        if (all.empty())
            continue;
        medians += fmt::format("{} {} 0 0.66\n", median(all), -line - 0.33);
        names += fmt::format("{}{} {}", names.empty() ? "" : ", ",
                             quoted(one.name), -line);
        ++line;
    }
    if (dots.empty())
        return "";

    const bool logarithmic = most > 20 * least;
    const std::string axis =
        of.figure == "time" && logarithmic ? "seconds" : in_words(of.figure);
    std::string script =
        fmt::format("set terminal svg size 720,{} dynamic noenhanced"
                    " font 'sans-serif,14'\n"
                    "set border 1 lc rgb '{ink}'\n"
                    "set tics nomirror textcolor rgb '{ink}'\n"
                    "set ytics ({}) scale 0\n"
                    "set xlabel {} textcolor rgb '{ink}'\n"
                    "set yrange [{}:0.6]\n"
                    "unset key\n",
                    70 + 36 * line, names,
                    quoted(logarithmic ? axis + ", log scale" : axis),
                    -line + 0.4, fmt::arg("ink", ink));
    script += logarithmic ? "set logscale x\nset format x '%.0s %c'\n"
                          : fmt::format("set xrange [0:*]\nset xtics ({})\n",
                                        ticks(of, most));
    script += fmt::format("$dots << END\n{}END\n$medians << END\n{}END\n"
                          "plot $dots with points pt 7 ps 0.5"
                          " lc rgb '#3987cf',"
                          " $medians with vectors nohead lw 2 lc rgb '{}'\n",
                          dots, medians, ink);

    std::string svg = run_gnuplot(script);
    const auto start = svg.find("<svg");
    if (start == svg.npos)
        return "";
    svg.erase(0, start);
    // Colours from the page; names that stay unique among several pictures.
    for (const char* colour : {"rgb(1,2,3)", "rgb(  1,   2,   3)", ink})
        svg = replace_all(svg, colour, "currentColor");
    for (const char* fixed : {" color=\"black\"", " color=\"white\""})
        svg = replace_all(svg, fixed, "");
    const std::string prefix = chapter + "-" + of.name + "-";
    svg = replace_all(svg, "id='", "id='" + prefix);
    svg = replace_all(svg, "id=\"", "id=\"" + prefix);
    svg = replace_all(svg, "'#", "'#" + prefix);
    svg = replace_all(svg, "<title>Gnuplot</title>",
                      "<title>Every run of every variant, as a dot; the bar is "
                      "the median</title>");
    return replace_all(svg, "<svg ", "<svg role=\"img\" ");
}
