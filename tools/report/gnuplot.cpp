#include "gnuplot.hpp"

#include "common/check.hpp"
#include "tables.hpp"

#include <fmt/core.h>

#include <sys/mman.h>
#include <unistd.h>

#include <cmath>
#include <cstdlib>
#include <memory>

static std::string replace_all(std::string text, const std::string& from,
                               const std::string& to) {
    for (std::size_t at = 0; (at = text.find(from, at)) != text.npos;
         at += to.size())
        text.replace(at, from.size(), to);
    return text;
}

bool have_gnuplot() {
    return std::system("command -v gnuplot >/dev/null") == 0;
}

std::string quoted(const std::string& text) {
    return fmt::format("'{}'", replace_all(text, "'", "''"));
}

std::string picture_head(int height) {
    return fmt::format("set terminal svg size 720,{} dynamic noenhanced"
                       " font 'sans-serif,14'\n"
                       "set border 1 lc rgb '{ink}'\n"
                       "set tics nomirror textcolor rgb '{ink}'\n"
                       "set key textcolor rgb '{ink}'\n",
                       height, fmt::arg("ink", ink));
}

void add_tick(std::string& all, const std::string& name, double at) {
    all += fmt::format("{}{} {}", all.empty() ? "" : ", ", quoted(name), at);
}

std::string ticks(double most, const show_tick& show) {
    const double power = std::pow(10, std::floor(std::log10(most / 2)));
    double step = power;
    for (const double next : {2 * power, 5 * power})
        if (next <= most / 2)
            step = next;
    std::string all = "'0' 0";
    for (int i = 1; i * step <= most * 1.001; ++i)
        add_tick(all, show(i * step), i * step);
    return all;
}

std::string ticks_log(double least, double most, const show_tick& show) {
    const int first = static_cast<int>(std::floor(std::log10(least))),
              last = static_cast<int>(std::ceil(std::log10(most)));
    std::string all;
    const double decades = std::log10(most / least);
    for (int power = first; power <= last; ++power)
        for (const double step : {1.0, 1.5, 2.0, 3.0, 5.0, 7.0})
            if (step == 1 || (step == 3 && decades >= 1.5 && decades < 2)
                || (decades < 1.5 && (step == 2 || step == 5))
                || (decades < 0.7 && step != 1))
                add_tick(all, show(step * std::pow(10, power)),
                         step * std::pow(10, power));
    return all;
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

std::string draw(const std::string& script, const std::string& name,
                 const std::string& title) {
    std::string svg = run_gnuplot(script);
    const auto start = svg.find("<svg");
    if (start == svg.npos)
        return "";
    svg.erase(0, start);
    for (const char* colour : {"rgb(1,2,3)", "rgb(  1,   2,   3)", ink})
        svg = replace_all(svg, colour, "currentColor");
    for (const char* fixed : {" color=\"black\"", " color=\"white\""})
        svg = replace_all(svg, fixed, "");
    for (const char* reference : {"id='", "id=\"", "'#", "url(#"})
        svg =
            replace_all(svg, reference, fmt::format("{}{}-", reference, name));
    svg = replace_all(svg, "<title>Gnuplot</title>",
                      fmt::format("<title>{}</title>", escape_html(title)));
    return replace_all(svg, "<svg ", "<svg role=\"img\" ");
}
