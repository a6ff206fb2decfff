#include "pages.hpp"

#include "common/check.hpp"
#include "files.hpp"
#include "lanes.hpp"
#include "strip.hpp"
#include "tables.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <set>

namespace fs = std::filesystem;

static constexpr auto how_to_read =
    "Each round runs every variant once, in another order. Shown are the "
    "median and the range of the rounds. Times as fast: the median of the "
    "rounds' ratios to the first line of the table. Cores busy: CPU time by "
    "elapsed time, of the whole program or of that part which it times itself; "
    "1 is one core at work and 0.05 is waiting. A peer is a program that is "
    "not of this book, or in another "
    "language, doing comparable work; a floor does less on purpose, to show "
    "what the rest costs.";

static constexpr auto beside_title = "Ours and theirs, side by side:";

static constexpr auto no_pictures = "No pictures: gnuplot is not installed.";

static std::string heading(const chapter& of) {
    return fmt::format("Chapter {}: {}", of.name.substr(0, of.name.find('-')),
                       of.title);
}

// One machine, of which chapters know different things: servers, libraries.
static std::vector<std::pair<std::string, std::string>>
machine_of(const std::vector<chapter>& chapters) {
    std::vector<std::pair<std::string, std::string>> all;
    std::set<std::string> known;
    for (const chapter& one : chapters)
        for (const auto& [key, value] : one.machine)
            if (known.insert(key).second)
                all.emplace_back(key, value);
    return all;
}

static std::string configuration(const problem& of) {
    const label& baseline = of.labels.front();
    return baseline.samples.empty()
               ? ""
               : baseline.samples.front().printed.configuration;
}

// The sentences under a problem's table.
static std::vector<std::string> remarks(const problem& of) {
    std::vector<std::string> all = of.notes;
    if (!configuration(of).empty())
        all.push_back(of.labels.front().name + " says: " + configuration(of));
    if (!self_comparison(of).empty())
        all.push_back(self_comparison(of));
    return all;
}

std::string terminal_summary(const chapter& of) {
    std::string text;
    for (const problem& one : of.problems) {
        text += fmt::format("\n{}. {}\n\n{}", heading(of), one.title,
                            as_text(comparison(one)));
        if (!side_by_side(one).rows.empty())
            text += fmt::format("\n{}\n{}\n", beside_title,
                                as_text(side_by_side(one)));
        for (const std::string& remark : remarks(one))
            text += remark + '\n';
        if (!finding(one).empty())
            text += finding(one) + '\n';
    }
    for (const std::string& warning : of.warnings)
        text += "warning: " + warning + '\n';
    return text;
}

// Inside a page a picture takes the page's text colour. As a file of its own,
// which Markdown needs, it asks the reader's colour scheme.
static std::string as_file(std::string svg) {
    svg.insert(svg.find('>') + 1,
               "<style>svg{color:#1f2328}@media(prefers-color-scheme:dark)"
               "{svg{color:#e6edf3}}</style>");
    return svg;
}

// --- Markdown --------------------------------------------------------------

static std::string markdown(const std::vector<chapter>& chapters,
                            const fs::path& directory) {
    std::string text = "# Many Hands: the comparison report\n\n";
    for (const auto& [key, value] : machine_of(chapters))
        text += fmt::format("- {}: {}\n", key, value);
    text += fmt::format("\n{}\n", how_to_read);
    if (!have_gnuplot())
        text += fmt::format("\n{}\n", no_pictures);
    for (const chapter& c : chapters) {
        text += fmt::format("\n## {}\n", heading(c));
        for (const problem& p : c.problems) {
            text += fmt::format("\n### {}\n\n", p.title);
            if (!finding(p).empty())
                text += finding(p) + "\n\n";
            text += as_markdown(comparison(p)) + '\n';
            if (!side_by_side(p).rows.empty())
                text += fmt::format("{}\n\n{}\n", beside_title,
                                    as_markdown(side_by_side(p)));
            for (const label& one : p.labels)
                if (const auto lanes = lanes_picture(one); !lanes.empty()) {
                    const std::string name = c.name + "-" + one.name + ".svg";
                    write_text(directory / "pictures" / name, as_file(lanes));
                    text += fmt::format("![{}: {}](pictures/{})\n\n", one.name,
                                        lanes_in_words, name);
                }
            const std::string svg = strip_picture(p, c.name);
            if (!svg.empty()) {
                const std::string name = c.name + "-" + p.name + ".svg";
                write_text(directory / "pictures" / name, as_file(svg));
                text += fmt::format("![Every run of every variant, as a dot]"
                                    "(pictures/{})\n\n",
                                    name);
            }
            for (const std::string& remark : remarks(p))
                text += "- " + remark + '\n';
        }
        for (const std::string& warning : c.warnings)
            text += "\n**Warning:** " + warning + '\n';
    }
    return text;
}

// --- HTML ------------------------------------------------------------------

static constexpr auto style = R"(
:root{color-scheme:light dark;--ink:#1f2328;--soft:#59636e;--paper:#fff;
  --line:#d1d9e0;--band:#f6f8fa;--bad:#b42318}
@media(prefers-color-scheme:dark){:root{--ink:#e6edf3;--soft:#9aa5b1;
  --paper:#0d1117;--line:#3d444d;--band:#161b22;--bad:#ff8a7a}}
body{color:var(--ink);background:var(--paper);margin:0 auto;padding:1rem 1rem 4rem;
  max-width:72rem;font:1rem/1.55 system-ui,sans-serif}
h1{font-size:1.7rem;margin:1rem 0}
h2{margin:3rem 0 .5rem;border-bottom:1px solid var(--line)}
h3{margin:1.5rem 0 .5rem}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.1rem 1rem;margin:0}
dt,.remarks,figcaption{color:var(--soft)}
dd{margin:0;overflow-wrap:anywhere}
.wide{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
th,td{padding:.3rem .5rem;border-bottom:1px solid var(--line);text-align:right;
  white-space:nowrap}
thead th{color:var(--soft);font-weight:600;vertical-align:bottom}
th:first-child{text-align:left;padding-left:0}
tbody th{font-weight:400;font-family:ui-monospace,monospace;font-size:.9rem}
.trouble{color:var(--bad);text-align:left;white-space:normal}
figure{margin:1rem 0}
svg{width:100%;max-width:50rem;height:auto;color:var(--ink)}
.remarks{font-size:.9rem;padding-left:1.2rem}
@media print{body{max-width:none}h2,h3{break-after:avoid}figure,tr{break-inside:avoid}}
)";

static std::string html_list(const char* kind,
                             const std::vector<std::string>& items) {
    if (items.empty())
        return "";
    std::string text = fmt::format("<ul class=\"{}\">\n", kind);
    for (const std::string& item : items)
        text += "<li>" + escape_html(item) + "</li>\n";
    return text + "</ul>\n";
}

static std::string html(const std::vector<chapter>& chapters) {
    std::string text =
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta "
        "charset=\"utf-8\">\n"
        "<meta name=\"viewport\" content=\"width=device-width,"
        "initial-scale=1\">\n<title>Many Hands: the comparison report</title>\n"
        "<style>";
    text += style;
    text += "</style>\n</head>\n<body>\n<h1>Many Hands: the comparison "
            "report</h1>\n<dl>\n";
    for (const auto& [key, value] : machine_of(chapters))
        text += fmt::format("<dt>{}</dt><dd>{}</dd>\n", escape_html(key),
                            escape_html(value));
    text += fmt::format("</dl>\n<p>{}</p>\n", how_to_read);
    if (!have_gnuplot())
        text += fmt::format("<p>{}</p>\n", no_pictures);
    for (const chapter& c : chapters) {
        text += fmt::format("<h2>{}</h2>\n", escape_html(heading(c)));
        for (const problem& p : c.problems) {
            text +=
                fmt::format("<h3>{}</h3>\n<p>{}</p>\n{}", escape_html(p.title),
                            escape_html(finding(p)), as_html(comparison(p)));
            if (!side_by_side(p).rows.empty())
                text += fmt::format("<p>{}</p>\n{}", beside_title,
                                    as_html(side_by_side(p)));
            for (const label& one : p.labels)
                if (const auto lanes = lanes_picture(one); !lanes.empty())
                    text += fmt::format(
                        "<figure>\n{}<figcaption>{}: {}</figcaption>\n"
                        "</figure>\n",
                        lanes, escape_html(one.name), lanes_in_words);
            const std::string svg = strip_picture(p, c.name);
            if (!svg.empty())
                text += "<figure>\n" + svg
                        + "<figcaption>Every run is a dot, the first round "
                          "on top; the bar is the median.</figcaption>\n"
                          "</figure>\n";
            text += html_list("remarks", remarks(p));
        }
        text += html_list("trouble", c.warnings);
    }
    return text + "</body>\n</html>\n";
}

void write_report(const std::vector<chapter>& chapters,
                  const fs::path& directory) {
    fs::create_directories(directory / "pictures");
    write_text(directory / "report.md", markdown(chapters, directory));
    write_text(directory / "report.html", html(chapters));
}
