#include "tables.hpp"

#include "expression.hpp"
#include "statistics.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <set>
#include <sstream>

std::string two_digits(double number) {
    if (number == 0 || !std::isfinite(number))
        return fmt::format("{:g}", number);
    const auto magnitude = [](double n) {
        return static_cast<int>(std::floor(std::log10(std::fabs(n))));
    };
    const double unit = std::pow(10, magnitude(number) - 1);
    const double rounded = std::round(number / unit) * unit; // 0.998: 1.0
    // The tiny factor: 0.3 computed as 0.29999... has magnitude -1 as well.
    return fmt::format("{:.{}f}", rounded,
                       std::max(0, 1 - magnitude(rounded * (1 + 1e-12))));
}

std::string show_number(double number) {
    for (const auto& [unit, name] :
         {std::pair{1e9, " G"}, {1e6, " M"}, {1e3, " k"}})
        if (std::fabs(number) >= unit)
            return two_digits(number / unit) + name;
    return two_digits(number);
}

std::string show_seconds(double seconds) {
    if (seconds <= 0)
        return two_digits(seconds);
    if (seconds >= 1)
        return two_digits(seconds) + " s";
    if (seconds >= 1e-3)
        return two_digits(seconds * 1e3) + " ms";
    if (seconds >= 1e-6)
        return two_digits(seconds * 1e6) + " µs";
    return two_digits(seconds * 1e9) + " ns";
}

// How many seconds the unit of a time is, at the end of a figure's name; and
// how long that end is. Nothing if it is no time.
static std::optional<std::pair<double, std::size_t>>
seconds_of(const std::string& figure) {
    if (figure.ends_with("_per_s"))
        return std::nullopt;
    for (const auto& [end, seconds] :
         {std::pair{"_s", 1.0}, {"_ms", 1e-3}, {"_us", 1e-6}, {"_ns", 1e-9}})
        if (figure.ends_with(end))
            return std::pair{seconds, std::string(end).size()};
    return std::nullopt;
}

std::string show_figure(const std::string& figure, double value) {
    if (figure == "time")
        return show_seconds(value);
    const auto unit = seconds_of(figure);
    return unit ? show_seconds(value * unit->first) : show_number(value);
}

std::string show_value(const problem& of, double value) {
    return show_figure(of.figure, value);
}

// "3.4 k" and "4.0 k" are "3.4 to 4.0 k".
static std::string show_range(const std::string& least,
                              const std::string& most) {
    const auto unit = least.find(' ');
    const bool same = unit != least.npos && most.ends_with(least.substr(unit))
                      && most.find(' ') == most.size() - (least.size() - unit);
    return (same ? least.substr(0, unit) : least) + " to " + most;
}

// The figures that a table shows: all but the one it is compared by (it has
// its own column) and checksums (equal by definition).
static std::vector<std::string> figure_columns(const problem& of) {
    std::set<std::string> names;
    for (const label& one : of.labels)
        for (const sample& s : one.samples)
            for (const auto& [name, text] : s.printed.figures)
                if (name != of.figure && name != "checksum"
                    && name != "cores_busy" && name != "cores_busy_by_others"
                    && name != "unreliable")
                    names.insert(name);
    return {names.begin(), names.end()};
}

// A figure of all rounds: a count on which the rounds agree is shown exactly,
// anything else as a median.
static std::string middle_of(const label& of, const std::string& name) {
    std::set<std::string> texts;
    for (const sample& one : of.samples)
        if (const auto found = one.printed.figures.find(name);
            found != one.printed.figures.end())
            texts.insert(found->second);
    const auto all = numbers(of, name);
    if (texts.size() == 1 && (is_count(name) || !to_number(*texts.begin())))
        return *texts.begin();
    if (all.empty())
        return "";
    const double middle = median(all);
    if (!is_count(name))
        return show_figure(name, middle);
    return std::fabs(middle) < 100 ? fmt::format("{:.3g}", middle)
                                   : two_digits(middle);
}

std::string in_words(std::string name) {
    if (const auto unit = seconds_of(name)) // show_figure() writes it
        name.erase(name.size() - unit->second);
    for (const auto& [end, words] : {std::pair{"_per_s", " per second"},
                                     {"_percent", ", %"},
                                     {"_kib", " KiB"}})
        if (name.ends_with(end))
            name.replace(name.size() - std::string(end).size(),
                         std::string::npos, words);
    if (name.starts_with("mib"))
        name.replace(0, 3, "MiB");
    std::replace(name.begin(), name.end(), '_', ' ');
    return name;
}

std::string suffix(const std::string& kind) {
    return kind == "peer" || kind == "floor" ? " (" + kind + ")" : "";
}

std::string why_no_figure(const label& of) {
    if (!of.trouble.empty())
        return of.trouble;
    for (const sample& one : of.samples)
        if (const std::string why = why_unreliable(one); !why.empty())
            return "not measured: " + why;
    return "no figure";
}

table comparison(const problem& of) {
    table t;
    t.head = {"variant", in_words(of.figure), "range", "runs", "cores busy"};
    if (of.race)
        t.head.emplace_back("times as fast");
    const auto figures = figure_columns(of);
    for (const std::string& name : figures)
        t.head.push_back(in_words(name));

    const label& baseline = of.labels.front();
    for (const label& one : of.labels) {
        std::vector<std::string> row = {one.name + suffix(one.kind)};
        const auto spread = spread_of(values(of, one.samples));
        if (!one.trouble.empty() || !spread) {
            row.push_back(why_no_figure(one));
            row.resize(t.head.size());
            t.troubled.insert(t.rows.size());
            t.rows.push_back(row);
            continue;
        }
        row.push_back(show_value(of, spread->median));
        row.push_back(show_range(show_value(of, spread->least),
                                 show_value(of, spread->most)));
        row.push_back(fmt::format("{}", one.samples.size()));
        const auto busy = spread_of(cores_busy(one.samples));
        row.push_back(busy ? two_digits(busy->median) : "");
        const auto ratio = spread_of(ratios(of, one.samples, baseline.samples));
        if (of.race)
            row.push_back(&one == &baseline ? "1"
                          : ratio && baseline.trouble.empty()
                                  && one.beside.empty() // not as much to do
                              ? two_digits(ratio->median)
                              : "");
        for (const std::string& name : figures)
            row.push_back(middle_of(one, name));
        t.rows.push_back(row);
    }
    return t;
}

table with_columns(const table& of, const std::vector<std::size_t>& columns) {
    table part;
    const auto pick = [&](const std::vector<std::string>& cells) {
        std::vector<std::string> picked;
        picked.reserve(columns.size());
        for (const std::size_t c : columns)
            picked.push_back(cells[c]);
        return picked;
    };
    part.head = pick(of.head);
    for (const auto& row : of.rows)
        part.rows.push_back(pick(row));
    part.troubled = of.troubled;
    return part;
}

table side_by_side(const problem& of) {
    table t;
    t.head = {"variant", "figure", "ours", "theirs", "difference"};
    for (const label& peer : of.labels) {
        if (peer.beside.empty())
            continue;
        const auto ours = std::find_if(
            of.labels.begin(), of.labels.end(),
            [&](const label& one) { return one.name == peer.beside.front(); });
        for (std::size_t f = 1; f < peer.beside.size(); ++f) {
            const std::string& name = peer.beside[f];
            const auto middle = [&](const label& one) -> std::optional<double> {
                std::vector<double> numbers;
                for (const sample& each : one.samples)
                    if (const auto n = number(each, name))
                        numbers.push_back(*n);
                return numbers.empty() || !one.trouble.empty()
                           ? std::nullopt
                           : std::optional(median(numbers));
            };
            const auto here =
                ours == of.labels.end() ? std::nullopt : middle(*ours);
            const auto there = middle(peer);
            const auto show = [&](std::optional<double> number) {
                return !number          ? "not measured"
                       : is_count(name) ? fmt::format("{:.3g}", *number)
                                        : show_figure(name, *number);
            };
            t.rows.push_back({peer.beside.front(), in_words(name), show(here),
                              show(there),
                              here && there && *there != 0 ? fmt::format(
                                  "{:+.0f} %", 100 * (*here / *there - 1) + 0.0)
                                                           : ""});
        }
    }
    return t;
}

table published_and_here(const problem& of) {
    table t;
    t.head = {"variant", "published", "here", "times as fast, published",
              "times as fast, here"};
    const auto find = [&of](const std::string& name) {
        const auto found =
            std::find_if(of.labels.begin(), of.labels.end(),
                         [&](const label& one) { return one.name == name; });
        return found == of.labels.end() ? nullptr : &*found;
    };
    for (const auto& [name, published] : of.published) {
        const label* here = find(name);
        const label* first = find(of.published.front().first);
        const double base = of.published.front().second;
        const auto spread =
            here ? spread_of(values(of, here->samples)) : std::nullopt;
        const auto ratio =
            here && first ? spread_of(ratios(of, here->samples, first->samples))
                          : std::nullopt;
        t.rows.push_back(
            {name, show_value(of, published),
             spread ? show_value(of, spread->median) : "not measured",
             two_digits(less_is_better(of.figure) ? base / published
                                                  : published / base),
             ratio ? two_digits(ratio->median) : ""});
    }
    return t;
}

// How far the baseline is from itself, as a logarithm: see self_noise(). Where
// the rounds are too few to tell, as far as it ever was.
static double noise_of(const problem& of) {
    const label& baseline = of.labels.front();
    std::vector<double> logs;
    double most = 0;
    for (const double ratio : ratios(of, baseline.again, baseline.samples)) {
        logs.push_back(std::log(ratio));
        most = std::max(most, std::fabs(logs.back()));
    }
    const double noise = self_noise(logs);
    return std::isfinite(noise) ? noise : most;
}

std::string self_comparison(const problem& of) {
    const label& baseline = of.labels.front();
    const auto all = ratios(of, baseline.again, baseline.samples);
    const auto found = spread_of(all);
    if (!found || !baseline.trouble.empty() || of.labels.size() == 1
        || found->least == found->most) // computed, and nothing scatters
        return "";
    const double seen = std::expm1(noise_of(of));
    return fmt::format(
        "Noise: {} against itself in the same rounds came out {:.2f} times as "
        "fast (from {:.2f} to {:.2f}). {}",
        baseline.name, found->median, found->least, found->most,
        all.size() < 6
            ? "Smaller differences mean nothing here."
            : fmt::format(
                "Differences of less than {:.0f} % mean nothing here.",
                std::ceil(100 * seen)));
}

// By the rule of the claims, see judge(), when `others` are compared with the
// fastest. False too where the rounds are too few to tell.
static bool surely_faster(const problem& of, const label& one,
                          const label& other, std::size_t others) {
    std::vector<double> logs;
    for (const double ratio : ratios(of, one.samples, other.samples))
        logs.push_back(std::log(ratio));
    const double confidence = 1 - 0.05 / static_cast<double>(others);
    return signed_rank_interval(logs, confidence).low > noise_of(of);
}

std::vector<fast_variant> fastest(const problem& of) {
    const label& baseline = of.labels.front();
    if (!of.race || !baseline.trouble.empty())
        return {};
    std::vector<fast_variant> all;
    double others_best = 0; // of those with too few rounds to be judged
    for (const label& one : of.labels) {
        const auto ratio = spread_of(ratios(of, one.samples, baseline.samples));
        if (!one.trouble.empty() || !ratio || !one.beside.empty()
            || one.kind == "floor" || one.kind == "absent")
            continue;
        if (one.kind == "baseline" || one.kind == "variant")
            all.push_back({&one, median(values(of, one.samples)),
                           &one == &baseline ? 1 : ratio->median});
        else
            others_best = std::max(others_best, ratio->median);
    }
    if (all.size() < 2) // than what?
        return {};
    std::stable_sort(all.begin(), all.end(), [](const auto& a, const auto& b) {
        return a.times > b.times;
    });
    if (others_best > all.front().times)
        return {};
    const label& best = *all.front().of;
    const std::size_t others = all.size() - 1;
    const auto slower =
        std::remove_if(all.begin(), all.end(), [&](const fast_variant& one) {
            return surely_faster(of, best, *one.of, others);
        });
    // If it beats nobody, who is fastest is not known.
    if (slower == all.end())
        return {};
    all.erase(slower, all.end());
    return all;
}

std::string names_of(const std::vector<fast_variant>& variants) {
    std::string names;
    for (std::size_t i = 0; i < variants.size(); ++i)
        names +=
            fmt::format("{}{}{}",
                        i == 0                     ? ""
                        : i + 1 == variants.size() ? " and "
                                                   : ", ",
                        variants[i].of->name, suffix(variants[i].of->kind));
    return names;
}

bool has_baseline(const std::vector<fast_variant>& variants,
                  const problem& of) {
    return std::any_of(variants.begin(), variants.end(), [&](const auto& one) {
        return one.of == &of.labels.front();
    });
}

std::string finding(const problem& of) {
    const auto best = fastest(of);
    if (best.empty())
        return "";
    return fmt::format(
        "Fastest{}: {}{}.", best.size() == 1 ? "" : ", as far as can be told",
        names_of(best),
        has_baseline(best, of) ? ""
                               : fmt::format(", {} times as fast as {}",
                                             two_digits(best.front().times),
                                             of.labels.front().name));
}

// --- Printing --------------------------------------------------------------

// Characters, not bytes: µ has two.
static std::size_t width(const std::string& text) {
    return static_cast<std::size_t>(std::count_if(
        text.begin(), text.end(), [](char c) { return (c & 0xc0) != 0x80; }));
}

std::string as_text(const table& t) {
    std::vector<std::size_t> widths;
    for (std::size_t c = 0; c < t.head.size(); ++c) {
        std::size_t most = width(t.head[c]);
        for (const auto& row : t.rows) // a sentence may run on to the right
            if (c == 0 || c + 1 == row.size() || !row[c + 1].empty())
                most = std::max(most, width(row[c]));
        widths.push_back(most);
    }
    std::string text;
    const auto line = [&](const std::vector<std::string>& cells) {
        std::string out;
        for (std::size_t c = 0; c < cells.size(); ++c) {
            const std::size_t w = width(cells[c]);
            const std::string pad(widths[c] > w ? widths[c] - w : 0, ' ');
            out += (c == 0 ? "" : "  ")
                   + (c == 0 ? cells[c] + pad : pad + cells[c]);
        }
        out.erase(out.find_last_not_of(' ') + 1);
        text += out + '\n';
    };
    line(t.head);
    for (const auto& row : t.rows)
        line(row);
    return text;
}

std::string as_markdown(const table& t) {
    std::string text;
    const auto line = [&text](const std::vector<std::string>& cells) {
        for (const std::string& cell : cells) {
            text += "| ";
            for (const char c : cell)
                text += c == '|' ? "\\|" : std::string(1, c);
            text += ' ';
        }
        text += "|\n";
    };
    line(t.head);
    for (std::size_t c = 0; c < t.head.size(); ++c)
        text += c == 0 ? "|:--" : "|--:";
    text += "|\n";
    for (const auto& row : t.rows)
        line(row);
    return text;
}

std::vector<std::string> wrapped(const std::string& text,
                                 const std::string& first,
                                 const std::string& indent) {
    std::istringstream words(text);
    std::vector<std::string> lines;
    for (std::string word; words >> word;)
        if (lines.empty())
            lines.push_back(first + word);
        else if (lines.back().size() + 1 + word.size() > 80)
            lines.push_back(indent + word);
        else
            lines.back().append(" ").append(word);
    return lines;
}

std::string escape_html(const std::string& text) {
    std::string out;
    for (const char c : text) {
        switch (c) {
        case '&':
            out += "&amp;";
            break;
        case '<':
            out += "&lt;";
            break;
        case '>':
            out += "&gt;";
            break;
        case '"':
            out += "&quot;";
            break;
        default:
            out += c;
        }
    }
    return out;
}

std::string as_html(const table& t) {
    std::string text = "<div class=\"wide\"><table>\n<thead><tr>";
    for (const std::string& cell : t.head)
        text += "<th scope=\"col\">" + escape_html(cell) + "</th>";
    text += "</tr></thead>\n<tbody>\n";
    for (std::size_t r = 0; r < t.rows.size(); ++r) {
        const auto& row = t.rows[r];
        text += "<tr><th scope=\"row\">" + escape_html(row[0]) + "</th>";
        // A label without a time says why, across all columns.
        const bool sentence = t.troubled.count(r) > 0;
        if (sentence)
            text += fmt::format("<td class=\"trouble\" colspan=\"{}\">{}</td>",
                                row.size() - 1, escape_html(row[1]));
        for (std::size_t c = 1; !sentence && c < row.size(); ++c)
            text += "<td>" + escape_html(row[c]) + "</td>";
        text += "</tr>\n";
    }
    return text + "</tbody>\n</table></div>\n";
}
