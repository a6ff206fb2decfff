#include "curves.hpp"

#include "gnuplot.hpp"
#include "statistics.hpp"
#include "tables.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <sstream>

using settings = std::map<std::string, std::string>;

static std::string program_of(const label& one) {
    return one.name.substr(0, one.name.find('@'));
}

static settings in_name(const label& one) {
    settings found;
    std::istringstream parts(one.name);
    std::string part;
    std::getline(parts, part, '@');
    while (std::getline(parts, part, '@'))
        if (const auto equals = part.find('='); equals != part.npos)
            found[part.substr(0, equals)] = part.substr(equals + 1);
    return found;
}

// What follows --KEY in the command, or for workers what the program says in
// its first line: "..., workers: 2". Empty if it says nothing.
static std::string in_command(const label& one, const std::string& key) {
    std::istringstream words(one.command);
    for (std::string word; words >> word;)
        if (word == "--" + key && words >> word)
            return word;
    if (key != "workers" || one.samples.empty())
        return "";
    const std::string& text = one.samples.front().printed.configuration;
    const auto at = text.find("workers: ");
    return at == text.npos ? ""
                           : std::to_string(std::atoi(text.c_str() + at + 9));
}

// A label with all its settings.
struct setting {
    const label* of;
    std::string program;
    settings all;
};

static std::vector<setting> settings_of(const problem& of) {
    std::map<std::string, std::set<std::string>> keys; // by program
    for (const label& one : of.labels)
        for (const auto& [key, text] : in_name(one))
            keys[program_of(one)].insert(key);
    std::vector<setting> found;
    for (const label& one : of.labels) {
        if (!one.trouble.empty() || values(of, one.samples).empty())
            continue;
        setting next{&one, program_of(one), in_name(one)};
        for (const std::string& key : keys[next.program])
            if (next.all.count(key) == 0)
                if (const auto text = in_command(one, key); !text.empty())
                    next.all[key] = text;
        found.push_back(std::move(next));
    }
    return found;
}

// The labels that differ in `key` only, by their other settings.
static std::map<std::string, std::map<double, const label*>>
families(const std::vector<setting>& all, const std::string& key) {
    std::map<std::string, std::map<double, const label*>> found;
    for (const setting& one : all) {
        const auto at = one.all.find(key);
        const auto x =
            at == one.all.end() ? std::nullopt : to_number(at->second);
        if (!x)
            continue;
        std::string name = one.program;
        for (const auto& [other, text] : one.all)
            if (other != key)
                name += fmt::format("@{}={}", other, text);
        found[name].emplace(*x, one.of);
    }
    return found;
}

// What a label's programs printed for `key`, their median. Empty if they did
// not.
static std::optional<double> printed(const label& one, const std::string& key) {
    std::vector<double> all;
    for (const sample& round : one.samples)
        if (const auto at = round.printed.figures.find(key);
            at != round.printed.figures.end())
            if (const auto number = to_number(at->second))
                all.push_back(*number);
    return all.empty() ? std::nullopt : std::optional(median(all));
}

std::vector<curves> curves_of(const problem& of) {
    const auto all = settings_of(of);
    std::set<std::string> keys;
    for (const setting& one : all)
        for (const auto& [key, text] : one.all)
            keys.insert(key);
    const label& baseline = of.labels.front();
    std::vector<curves> found;
    for (const std::string& key : keys) {
        curves next{key, key == "workers", {}};
        std::size_t most = 0;
        auto members = families(all, key);
        for (const auto& [name, by_number] : members) {
            if (by_number.begin()->first < 1)
                next.scaling = false; // without workers: not what scales
            for (const auto& [x, one] : by_number)
                if (printed(*one, key))
                    next.measured = true;
        }
        if (values(of, baseline.samples).empty() || !baseline.trouble.empty())
            next.scaling = false;
        for (auto& [name, by_number] : members) {
            // Among numbers of all sizes 0 means something else: all at once.
            if (!next.measured && by_number.size() > 2
                && by_number.begin()->first == 0
                && by_number.rbegin()->first
                       > 8 * std::next(by_number.begin())->first)
                by_number.erase(by_number.begin());
            curve line{name, {}};
            const label& base = by_number.begin()->first == 1
                                    ? *by_number.begin()->second
                                    : baseline;
            if (next.scaling && &base == &baseline)
                line.name += fmt::format(" (against {})", baseline.name);
            for (const auto& [x, one] : by_number) {
                // A round of which one side has no figure has no ratio.
                const auto rounds = next.scaling
                                        ? ratios(of, one->samples, base.samples)
                                        : values(of, one->samples);
                const auto place =
                    next.measured ? printed(*one, key) : std::optional(x);
                if (!rounds.empty() && place)
                    line.points.emplace_back(*place, median(rounds));
            }
            if (line.points.size() < 2)
                continue;
            most = std::max(most, line.points.size());
            next.lines.push_back(std::move(line));
        }
        if (most >= 3)
            found.push_back(std::move(next));
    }
    return found;
}

// 1048576 bytes as "1 Mi", 5000 as "5000", and what was measured with its unit.
static std::string show_setting(const curves& shown, double x) {
    const std::string& key = shown.key;
    if (shown.measured)
        return show_figure(key, x);
    for (const auto& [unit, name] :
         {std::pair{1048576.0, " Mi"}, {1024.0, " Ki"}})
        if (key == "bytes" && x >= unit && std::fmod(x, unit) == 0)
            return fmt::format("{}{}", x / unit, name);
    return fmt::format("{}", x);
}

std::string in_words(const problem& of, const curves& shown) {
    std::string text = fmt::format(
        "{}, by {}.", shown.scaling ? "Times as fast" : in_words(of.figure),
        shown.measured ? in_words(shown.key) : shown.key);
    for (const curve& line : shown.lines) {
        text += fmt::format(" {}:", line.name);
        for (const auto& [x, y] : line.points)
            text +=
                fmt::format("{} {} at {}", x == line.points[0].first ? "" : ",",
                            shown.scaling ? two_digits(y) : show_value(of, y),
                            show_setting(shown, x));
        text += '.';
    }
    return text;
}

std::string curves_picture(const problem& of, const curves& shown,
                           const std::string& chapter, double cores) {
    std::set<double> numbers;
    double least = HUGE_VAL, most = 0;
    std::string blocks, plots;
    // Readable on white and on black. After six lines they come again, dashed.
    const char* colours[] = {"#3987cf", "#c2671d", "#2b9348",
                             "#9a6bd0", "#c94f7c", "#7f8630"};
    int next = 0;
    for (const curve& line : shown.lines) {
        blocks += fmt::format("$line{} << END\n", next);
        for (const auto& [x, y] : line.points) {
            numbers.insert(x);
            least = std::min(least, y);
            most = std::max(most, y);
            blocks += fmt::format("{} {}\n", x, y);
        }
        blocks += "END\n";
        plots += fmt::format("{}$line{} with linespoints lw 2 dt {} pt {} "
                             "ps 0.8 lc rgb '{}' title {}",
                             next == 0 ? "" : ", ", next, 1 + next / 6,
                             5 + 2 * (next % 5), colours[next % 6],
                             quoted(line.name));
        ++next;
    }
    const double from = *numbers.begin(), to = *numbers.rbegin();
    const bool log_x = shown.scaling || (from > 0 && to > 8 * from);
    const bool log_y = shown.scaling || most > 20 * least;
    std::string labels;
    if (shown.measured && log_x)
        labels = ticks_log(from, to,
                           [&](double x) { return show_setting(shown, x); });
    else
        for (const double x : numbers)
            add_tick(labels, show_setting(shown, x), x);
    const auto show = [&](double y) {
        return shown.scaling ? fmt::format("{:g}", y) : show_value(of, y);
    };
    std::string script =
        picture_head(300 + 20 * next)
        + fmt::format(
            "set border 3 lc rgb '{0}'\n"
            "set key below left Left reverse maxcols 1 height 1\n"
            "set xlabel {1} textcolor rgb '{0}'\n"
            "set ylabel {2} textcolor rgb '{0}'\n"
            "set xtics ({3})\n",
            ink,
            quoted((shown.measured ? in_words(shown.key) : shown.key)
                   + (log_x ? ", log scale" : "")),
            quoted((shown.scaling ? "times as fast" : in_words(of.figure))
                   + (log_y ? ", log scale" : "")),
            labels);
    const double edge = 0.03 * (to - from);
    script += log_x
                  ? fmt::format("set logscale x\nset xrange [{}:{}]\n",
                                from / 1.15, to * 1.15)
                  : fmt::format("set xrange [{}:{}]\n", from - edge, to + edge);
    if (log_y)
        script += fmt::format("set logscale y\nset yrange [{}:{}]\n"
                              "set ytics ({})\n",
                              least / 1.3, most * 1.3,
                              ticks_log(least / 1.3, most * 1.3, show));
    else
        script += fmt::format("set yrange [0:{}]\nset ytics ({})\n", most * 1.1,
                              ticks(most, show));
    if (shown.scaling) {
        script += fmt::format(
            "set arrow from {0}, graph 0 to {0}, graph 1 nohead dt 3 "
            "lc rgb '{1}'\n"
            "set label {2} at {0}, graph 0.04 offset character 0.5, 0 "
            "textcolor rgb '{1}'\n",
            cores, ink, quoted(fmt::format("cores: {:g}", cores)));
        plots += fmt::format(", x with lines dt 2 lc rgb '{}' "
                             "title 'ideal: as many times as workers'",
                             ink);
    }
    return draw(script + blocks + "plot " + plots + "\n",
                fmt::format("{}-{}-by-{}", chapter, of.name, shown.key),
                in_words(of, shown));
}
