#include "glance.hpp"

#include "files.hpp"
#include "reference.hpp"
#include "statistics.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace fs = std::filesystem;

// `own` first, then the other chapters.
static library library_for(const chapter& own,
                           const std::vector<chapter>& chapters) {
    library all = {&own};
    for (const chapter& other : chapters)
        if (other.name != own.name)
            all.push_back(&other);
    return all;
}

// A claim that cannot be evaluated is not measured: here the page may be newer
// than the measurements.
static verdict judge_or_say(const claim& one, std::size_t together,
                            const library& in) {
    try {
        return judge(one, together, cores_of(*in.front()), in);
    } catch (const std::runtime_error& error) {
        verdict none;
        none.why = error.what();
        return none;
    }
}

// What the pages quote. Without a file there is nothing to compare with.
static std::vector<chapter> references_in(const fs::path& book) {
    std::vector<chapter> all;
    if (!fs::is_directory(book / "chapters"))
        return all;
    for (const auto& entry : fs::directory_iterator(book / "chapters"))
        if (const fs::path file = entry.path() / "reference.json";
            fs::exists(file)) {
            all.push_back(read_reference(read_text(file)));
            all.back().name = entry.path().filename();
        }
    return all;
}

static std::string machine_of(const chapter& reference) {
    return fmt::format("The book's machine, for this chapter: {}, CPUs: {}, "
                       "{}, {}.",
                       machine_entry(reference, "processor"),
                       machine_entry(reference, "CPUs we may use"),
                       machine_entry(reference, "system"),
                       machine_entry(reference, "date"));
}

static std::string answer_from(const std::string& page, const library& in) {
    const std::string asked = answer_on(page);
    if (asked.empty())
        return "";
    try {
        return with_figures_of(in, asked);
    } catch (const std::runtime_error& error) {
        return fmt::format("No answer: {}.", error.what());
    }
}

std::vector<chapter_answer> answers_of(const std::vector<chapter>& chapters,
                                       const fs::path& book) {
    const std::vector<chapter> references = references_in(book);
    std::vector<chapter_answer> all;
    for (const chapter& one : chapters) {
        chapter_answer& now = all.emplace_back();
        now.name = one.name;
        now.title = one.title;
        now.quick = machine_entry(one, "profile") == "quick";
        std::string text;
        for (const fs::path& page : pages_in(book / "chapters" / one.name))
            text += read_text(page) + '\n';
        if (text.empty())
            continue;
        now.page = (fs::path("chapters") / one.name / "README.md").string();
        const auto claims = claims_on(text);
        const library here = library_for(one, chapters);
        const std::size_t together = count_scattering(claims, here);
        now.answer = answer_from(text, here);
        for (const stated_claim& said : claims) {
            judged_claim judged{said, judge_or_say(said.stated, together, here),
                                std::nullopt};
            if (now.quick && judged.here.given != answer::not_measured) {
                judged.here.given = answer::not_measured;
                judged.here.why = "no verdicts with --quick";
            }
            now.claims.push_back(std::move(judged));
        }
        const auto own =
            std::find_if(references.begin(), references.end(),
                         [&](const chapter& r) { return r.name == one.name; });
        if (own == references.end())
            continue;
        now.book_machine = machine_of(*own);
        const library written = library_for(*own, references);
        const std::size_t of_book = count_scattering(claims, written);
        for (judged_claim& judged : now.claims)
            judged.reference =
                judge_or_say(judged.said.stated, of_book, written);
    }
    return all;
}

// "3 hold on this machine, 1 does not"
static std::string counts(const std::vector<answer>& given,
                          const std::string& where) {
    const auto number = [&](answer one) {
        return std::count(given.begin(), given.end(), one);
    };
    const auto of = [](auto n, const char* one, const char* many) {
        return fmt::format("{} {}", n, n == 1 ? one : many);
    };
    const auto hold = number(answer::holds);
    std::string text =
        fmt::format("{}{}, {}", of(hold, "holds", "hold"), where,
                    of(number(answer::does_not_hold), "does not", "do not"));
    if (const auto n = number(answer::undecided); n > 0)
        text += fmt::format(", {} undecided", of(n, "is", "are"));
    if (const auto n = number(answer::not_measured); n > 0)
        text += fmt::format(", {} not measured", of(n, "was", "were"));
    return text;
}

std::string tally(const std::vector<chapter_answer>& answers) {
    std::vector<answer> sources, book;
    for (const chapter_answer& one : answers)
        for (const judged_claim& each : one.claims)
            if (!one.quick)
                (each.said.kind == "seed" ? sources : book)
                    .push_back(each.here.given);
    std::string text;
    if (!sources.empty())
        text = fmt::format("Of the sources' claims {}.",
                           counts(sources, " on this machine"));
    if (!book.empty())
        text += fmt::format("{}Of the book's own {}.", text.empty() ? "" : " ",
                            counts(book, ""));
    return text;
}

std::vector<judged_claim> claims_with(const chapter_answer& one, answer given) {
    std::vector<judged_claim> found;
    for (const judged_claim& each : one.claims)
        if (each.here.given == given)
            found.push_back(each);
    return found;
}

std::string figure_of(const claim& stated, const verdict& found) {
    const auto show = [&](double ratio) {
        return show_held(stated, found.against_factor(ratio));
    };
    if (found.ratio == 0 && found.low == 0 && found.high == 0)
        return "0";
    if (std::isinf(std::log(found.low)) || std::isinf(found.high)
        || show(found.low) == show(found.high))
        return show(found.ratio);
    // Two digits, unless they would hide on which side of the limit an end is.
    const auto end = [&](double ratio) {
        std::string text = show(ratio);
        if (text.find(' ') == text.npos) // no unit
            for (int digits = 3; digits < 6 && std::stod(text) == found.factor;
                 ++digits)
                text =
                    fmt::format("{:.{}g}", found.against_factor(ratio), digits);
        return text;
    };
    return fmt::format("{} ({} to {})", show(found.ratio), end(found.low),
                       end(found.high));
}

std::string explained(const claim& stated, const verdict& found) {
    std::string words = fmt::format("**{}**", in_words(found.given));
    if (found.given == answer::not_measured)
        return fmt::format("{}: {}", words, found.why);
    if (found.left_out > 0)
        words += fmt::format(" (without {} of the rounds, which a program "
                             "called unreliable)",
                             found.left_out);
    if (found.given != answer::undecided)
        return words;
    // Half of the interval: what is further from the limit would be decided.
    const double seen = std::sqrt(found.high / found.low) - 1;
    if (!std::isfinite(seen))
        return words + ": too few rounds";
    if (stated.relation == "within")
        return words + ": a part of the interval is within, a part is not";
    return fmt::format("{}: a difference of less than {} % cannot be seen here",
                       words, std::ceil(seen * 100 - 1e-9));
}
