#include "page.hpp"

#include "files.hpp"
#include "statistics.hpp"
#include "tables.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>

std::vector<std::filesystem::path>
pages_in(const std::filesystem::path& folder) {
    std::vector<std::filesystem::path> all;
    if (!std::filesystem::exists(folder / "README.md"))
        return all;
    for (const auto& entry : std::filesystem::directory_iterator(folder))
        if (entry.path().extension() == ".md"
            && entry.path().filename() != "README.md")
            all.push_back(entry.path());
    std::sort(all.begin(), all.end());
    all.insert(all.begin(), folder / "README.md");
    return all;
}

// The words from line `first` up to the next marker, in one line.
static std::string words_from(const std::vector<std::string>& lines,
                              std::size_t first) {
    std::string words;
    for (std::size_t i = first;
         i < lines.size() && !lines[i].starts_with("<!--"); ++i)
        if (!lines[i].empty() && !lines[i].starts_with(says))
            words.append(words.empty() ? "" : " ")
                .append(lines[i], lines[i].starts_with("> ") ? 2 : 0);
    return words;
}

std::vector<stated_claim> claims_on(const std::string& page) {
    const auto lines = split_lines(page);
    std::vector<stated_claim> claims;
    for (std::size_t i = 0; i < lines.size(); ++i)
        for (const std::string kind : {"seed", "claim"}) {
            const std::string head = fmt::format("<!-- {}: ", kind);
            if (!lines[i].starts_with(head) || !lines[i].ends_with(" -->"))
                continue;
            const std::string marker =
                lines[i].substr(head.size(), lines[i].size() - 4 - head.size());
            try {
                claims.push_back(
                    {read_claim(kind, marker), kind, words_from(lines, i + 1)});
            } catch (const std::runtime_error&) {
                // said when the marker itself is filled
            }
        }
    return claims;
}

std::string who_says(const stated_claim& one) {
    if (one.kind != "seed")
        return "this book";
    // The quotes carry S0 to S4 and a line; readers know short names.
    for (const auto& [id, name] : {std::pair{"S0", "the *co-rotinas* article"},
                                   {"S1", "the *price list* article"},
                                   {"S2", "the *PyCon Argentina* talk"},
                                   {"S3", "the *Fluent Python* notes"},
                                   {"S4", "the *snakes* article"}})
        if (one.stated.where.starts_with(id))
            return name;
    throw std::runtime_error(fmt::format(
        "'{}' does not begin with a source, S0 to S4", one.stated.where));
}

std::string answer_on(const std::string& page) {
    const auto lines = split_lines(page);
    const auto at = std::find(lines.begin(), lines.end(), "<!-- answer -->");
    return at == lines.end()
               ? ""
               : words_from(lines,
                            static_cast<std::size_t>(at - lines.begin()) + 1);
}

std::string with_figures_of(const library& in, std::string answer) {
    static const std::string head = "<!-- n: ", tail = " -->",
                             end = "<!-- /n -->";
    for (std::size_t from = 0; (from = answer.find(head)) != answer.npos;) {
        const auto close = answer.find(tail, from),
                   last = answer.find(end, from);
        if (close == answer.npos || last == answer.npos)
            throw std::runtime_error("an answer with half a figure");
        const auto first = from + head.size();
        answer.replace(
            from, last + end.size() - from,
            figure_in_prose(answer.substr(first, close - first), in));
    }
    return answer;
}

std::string figure_in_prose(std::string_view expression, const library& in) {
    const double middle = median(reliable(evaluate(expression, in).rounds));
    if (!std::isfinite(middle))
        throw std::runtime_error("is not a finite number");
    std::string digits = two_digits(middle);
    if (digits.find('.') == digits.npos)
        for (std::size_t at = digits.size(); at > 3;) {
            at -= 3;
            digits.insert(at, 1, ',');
        }
    return digits;
}

std::size_t count_scattering(const std::vector<stated_claim>& claims,
                             const library& in) {
    return static_cast<std::size_t>(
        std::count_if(claims.begin(), claims.end(), [&](const auto& one) {
            return scatters(one.stated, in);
        }));
}

std::string name_in_words(const claim& one) {
    std::string words = one.id;
    std::replace(words.begin(), words.end(), '-', ' ');
    for (const auto& [as, written] : {std::pair{"gil", "GIL"}, {"io", "I/O"}})
        if (const auto at = (' ' + words + ' ').find(fmt::format(" {} ", as));
            at != words.npos)
            words.replace(at, std::string(as).size(), written);
    return words;
}

// The figure that is held against a plain number; empty if it is something
// else that is compared, such as a ratio.
static std::string lone_figure(const claim& stated) {
    const std::string& left = stated.left;
    if (!labels_in(stated.right).empty() || labels_in(left).size() != 1
        || left.find_first_of("*/") != left.npos)
        return "";
    if (left.starts_with("figure("))
        return left.substr(left.find(", ") + 2,
                           left.size() - left.find(", ") - 3);
    return left.starts_with("time(") ? "time" : "";
}

std::string show_held(const claim& stated, double value) {
    const std::string figure = lone_figure(stated);
    return show_figure(figure, value)
           + (figure.ends_with("_per_s") ? " per second" : "");
}

std::string stated_limit(const claim& stated, const verdict& found) {
    std::string limit = show_held(stated, found.factor);
    if (limit.find(' ') == limit.npos)
        limit = fmt::format("{:g}", found.factor); // 354, and not 350
    if (const auto zero = limit.find(".0 "); zero != limit.npos)
        limit.erase(zero, 2);
    if (stated.relation != "within")
        return fmt::format(
            "{} {}", stated.relation == "==" ? "=" : stated.relation, limit);
    return fmt::format("within {:g} %", stated.within)
           + (found.factor == 1 ? "" : fmt::format(" of {}", limit));
}

std::string answer_to(const claim& stated, const verdict& found) {
    if (found.given == answer::not_measured)
        return fmt::format("{}: {}", in_words(found.given), found.why);
    return fmt::format("{}: {}, stated {}", in_words(found.given),
                       show_held(stated, found.against_factor(found.ratio)),
                       stated_limit(stated, found));
}
