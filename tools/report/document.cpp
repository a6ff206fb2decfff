#include "document.hpp"

#include "files.hpp"

#include <fmt/core.h>

#include <cctype>

namespace fs = std::filesystem;

std::string anchor(const std::string& text) {
    std::string found;
    for (const char c : text)
        if (c == ' ' || c == '-')
            found += '-';
        else if (std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_')
            found +=
                static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return found;
}

// --- Markdown --------------------------------------------------------------

// Of a row that begins with **NAME**; else empty.
static std::string row_id(const std::string& cell) {
    return cell.starts_with("**")
               ? anchor(cell.substr(2, cell.find("**", 2) - 2))
               : "";
}

// A < would begin an element, but not in code.
static std::string escape_markdown(const std::string& text) {
    std::string out;
    bool code = false;
    for (const char c : text) {
        code = code != (c == '`');
        out += c == '<' && !code ? "&lt;" : std::string(1, c);
    }
    return out;
}

// Inside a page a picture takes the page's text colour. As a file of its own,
// which Markdown needs, it asks the reader's colour scheme.
static std::string as_file(std::string svg) {
    svg.insert(svg.find('>') + 1,
               "<style>svg{color:#1f2328}@media(prefers-color-scheme:dark)"
               "{svg{color:#e6edf3}}</style>");
    return svg;
}

class markdown_writer {
  public:
    explicit markdown_writer(fs::path directory)
        : directory_(std::move(directory)) {}

    void operator()(const heading& one) {
        const auto level = static_cast<std::size_t>(one.level);
        line(std::string(level, '#') + ' ' + escape_markdown(one.text));
    }
    void operator()(const paragraph& one) { line(escape_markdown(one.text)); }
    void operator()(const bullets& all) {
        std::string items;
        for (const std::string& item : all.items)
            items += "- " + escape_markdown(item) + '\n';
        line(items.substr(0, items.size() - 1));
    }
    void operator()(const shown_table& one) {
        table t = one.shown;
        for (auto& row : t.rows) {
            for (std::string& cell : row)
                cell = escape_markdown(cell);
            if (const std::string id = row_id(row[0]);
                one.sentences && !id.empty())
                row[0].insert(0, fmt::format("<a id=\"{}\"></a>", id));
        }
        std::string rows = as_markdown(t);
        if (one.sentences)
            for (std::size_t at = 0; (at = rows.find("--:", at)) != rows.npos;)
                rows.replace(at, 3, ":--");
        line(rows.substr(0, rows.size() - 1));
    }
    void operator()(const picture& one) {
        const fs::path file = fs::path("pictures") / (one.name + ".svg");
        write_text(directory_ / file, as_file(one.svg));
        line(fmt::format(
            "![{}]({})\n\n*{}*",
            escape_markdown(one.words.empty() ? one.caption : one.words),
            file.string(), escape_markdown(one.caption)));
    }
    std::string text;

  private:
    void line(const std::string& what) {
        text += (text.empty() ? "" : "\n") + what + '\n';
    }
    fs::path directory_;
};

std::string as_markdown(const document& page, const fs::path& directory) {
    fs::remove_all(directory / "pictures"); // of an earlier report
    fs::create_directories(directory / "pictures");
    markdown_writer writer(directory);
    for (const auto& one : page)
        std::visit(writer, one);
    return writer.text;
}

// --- HTML ------------------------------------------------------------------

static constexpr auto style = R"(
:root{color-scheme:light dark;--ink:#1f2328;--soft:#59636e;--paper:#fff;
  --line:#d1d9e0;--band:#f6f8fa;--bad:#b42318;--link:#0a58a8}
@media(prefers-color-scheme:dark){:root{--ink:#e6edf3;--soft:#9aa5b1;
  --paper:#0d1117;--line:#3d444d;--band:#161b22;--bad:#ff8a7a;--link:#79b8ff}}
body{color:var(--ink);background:var(--paper);margin:0 auto;padding:.5rem 1rem 4rem;
  max-width:76rem;font:1rem/1.5 system-ui,sans-serif}
a{color:var(--link)}
h1{font-size:1.5rem;margin:.5rem 0}
h2{margin:3rem 0 .5rem;border-bottom:1px solid var(--line)}
h3{margin:1.5rem 0 .5rem}
h1+p,h1+p+p{margin:.4rem 0}
p,li,dd{overflow-wrap:anywhere}
p,ul{max-width:50rem}
h1+p,h1+p+p{max-width:none}
figcaption{color:var(--soft);font-size:.9rem;max-width:50rem;overflow-wrap:anywhere}
ul{font-size:.9rem;padding-left:1.2rem;color:var(--soft)}
.wide{overflow-x:auto}
.wide+.wide{margin-top:1.5rem}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
th,td{padding:.3rem .5rem;border-bottom:1px solid var(--line);text-align:right;
  white-space:nowrap}
thead th{color:var(--soft);font-weight:600;vertical-align:bottom}
th:first-child{text-align:left;padding-left:0}
tbody th{font-weight:400;font-family:ui-monospace,monospace;font-size:.9rem}
.trouble{color:var(--bad);text-align:left;white-space:normal}
.sentences{font-size:.875rem;line-height:1.4}
.sentences th,.sentences td{text-align:left;white-space:normal;vertical-align:top;
  overflow-wrap:break-word}
.sentences tbody th{font-family:inherit;font-size:inherit}
.sentences th:first-child{width:38%}
.sentences a{text-decoration-color:var(--line)}
.sentences tr:target{background:var(--band)}
.sentences code{font-size:.8rem;color:var(--soft);overflow-wrap:anywhere}
@media(max-width:50rem){.sentences thead{display:none}
  .sentences tr{display:block;border-bottom:1px solid var(--line);padding:.4rem 0}
  .sentences th,.sentences td,.sentences th:first-child{display:block;border:0;
    padding:.1rem 0;width:auto}
  .sentences td::before{content:attr(data-head) ": ";color:var(--soft)}}
figure{margin:1rem 0}
svg{width:100%;max-width:50rem;height:auto;color:var(--ink)}
@media print{body{max-width:none}h2,h3{break-after:avoid}figure,tr{break-inside:avoid}}
)";

// The text from `from` to the next `mark`, or npos: it has no partner.
static std::size_t partner(const std::string& text, std::size_t from,
                           const std::string& mark) {
    const auto end = text.find(mark, from);
    return end == from ? text.npos : end;
}

static std::string inline_html(const std::string& text) {
    std::string out;
    for (std::size_t at = 0; at < text.size();) {
        bool done = false;
        for (const auto& [mark, element] :
             {std::pair<std::string, const char*>{"`", "code"},
              {"**", "strong"},
              {"*", "em"}}) {
            if (done || text.compare(at, mark.size(), mark) != 0
                || text[at + mark.size()] == ' ')
                continue;
            const auto first = at + mark.size();
            const auto end = partner(text, first, mark);
            if (end == text.npos)
                continue;
            const std::string inside = text.substr(first, end - first);
            out += fmt::format("<{0}>{1}</{0}>", element,
                               mark == "`" ? escape_html(inside)
                                           : inline_html(inside));
            at = end + mark.size();
            done = true;
        }
        const auto middle =
            text[at] == '[' && !done ? text.find("](", at) : text.npos;
        const auto end = middle == text.npos ? middle : text.find(')', middle);
        if (!done && end != text.npos) {
            out += fmt::format(
                "<a href=\"{}\">{}</a>",
                escape_html(text.substr(middle + 2, end - middle - 2)),
                inline_html(text.substr(at + 1, middle - at - 1)));
            at = end + 1;
        } else if (!done) {
            out += escape_html(text.substr(at++, 1));
        }
    }
    return out;
}

struct html_writer {
    std::string text;

    void operator()(const heading& one) {
        text += fmt::format("<h{0} id=\"{1}\">{2}</h{0}>\n", one.level,
                            anchor(one.text), escape_html(one.text));
    }
    void operator()(const paragraph& one) {
        text += "<p>" + inline_html(one.text) + "</p>\n";
    }
    void operator()(const bullets& all) {
        text += "<ul>\n";
        for (const std::string& item : all.items)
            text += "<li>" + inline_html(item) + "</li>\n";
        text += "</ul>\n";
    }
    void operator()(const shown_table& one) {
        if (one.sentences)
            sentences(one.shown);
        else
            text += as_html(one.shown);
    }
    void operator()(const picture& one) {
        text += fmt::format("<figure>\n{}<figcaption>{}</figcaption>\n"
                            "</figure>\n",
                            one.svg, inline_html(one.caption));
    }

  private:
    // Each cell says under which head it stands: on a phone there is no head.
    void sentences(const table& t) {
        text += "<table class=\"sentences\">\n<thead><tr>";
        for (const std::string& head : t.head)
            text += "<th scope=\"col\">" + inline_html(head) + "</th>";
        text += "</tr></thead>\n<tbody>\n";
        for (const auto& row : t.rows) {
            const std::string id = row_id(row[0]);
            text += id.empty() ? "<tr>"
                               : fmt::format("<tr id=\"{}\">", escape_html(id));
            text += "<th scope=\"row\">" + inline_html(row[0]) + "</th>";
            for (std::size_t c = 1; c < row.size(); ++c)
                text +=
                    fmt::format("<td data-head=\"{}\">{}</td>",
                                escape_html(t.head[c]), inline_html(row[c]));
            text += "</tr>\n";
        }
        text += "</tbody>\n</table>\n";
    }
};

std::string as_html(const document& page) {
    html_writer writer;
    for (const auto& one : page)
        std::visit(writer, one);
    const auto* title =
        page.empty() ? nullptr : std::get_if<heading>(&page.front());
    return fmt::format("<!doctype html>\n<html lang=\"en\">\n<head>\n"
                       "<meta charset=\"utf-8\">\n"
                       "<meta name=\"viewport\" content=\"width=device-width,"
                       "initial-scale=1\">\n<title>{}</title>\n<style>",
                       title == nullptr ? "" : escape_html(title->text))
           + style + "</style>\n</head>\n<body>\n" + writer.text
           + "</body>\n</html>\n";
}
