#include "glance.hpp"

#include "files.hpp"
#include "reference.hpp"
#include "statistics.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace fs = std::filesystem;

static bool is_quick(const chapter& measured) {
    return std::any_of(measured.machine.begin(), measured.machine.end(),
                       [](const auto& entry) {
                           return entry.first == "profile"
                                  && entry.second == "quick";
                       });
}

// `own` first, then the other chapters.
static library library_for(const chapter& own,
                           const std::vector<chapter>& chapters) {
    library all = {&own};
    for (const chapter& other : chapters)
        if (other.name != own.name)
            all.push_back(&other);
    return all;
}

static verdict not_here(const std::string& why) {
    verdict none;
    none.why = why;
    return none;
}

// A claim that cannot be evaluated is not measured: here the page may be newer
// than the measurements.
static verdict judge_or_say(const claim& one, std::size_t together,
                            const library& in) {
    try {
        return judge(one, together, cores_of(*in.front()), in);
    } catch (const std::runtime_error& error) {
        return not_here(error.what());
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

// "The book's machine: Abacus, CPUs: 2, 2026-01-02."
static std::string machine_of(const chapter& reference) {
    std::string line;
    for (const char* key : {"processor", "CPUs we may use", "system", "date"})
        for (const auto& [name, value] : reference.machine)
            if (name == key)
                line += fmt::format("{}{}{}", line.empty() ? "" : ", ",
                                    name == "CPUs we may use" ? "CPUs: " : "",
                                    value);
    return fmt::format("The book's machine, for this chapter: {}.", line);
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
        chapter_answer next;
        next.name = one.name;
        next.title = one.title;
        next.quick = is_quick(one);
        const fs::path page = fs::path("chapters") / one.name / "README.md";
        all.push_back(next);
        if (!fs::exists(book / page))
            continue;
        chapter_answer& now = all.back();
        now.page = page.string();
        const std::string text = read_text(book / page);
        const library here = library_for(one, chapters);
        now.answer = answer_from(text, here);
        const auto own =
            std::find_if(references.begin(), references.end(),
                         [&](const chapter& r) { return r.name == one.name; });
        if (own != references.end())
            now.book_machine = machine_of(*own);
        const auto claims = claims_on(text);
        const std::size_t together = count_scattering(claims, here);
        for (const stated_claim& said : claims) {
            judged_claim judged{said, judge_or_say(said.stated, together, here),
                                std::nullopt};
            if (now.quick && judged.here.given != answer::not_measured) {
                judged.here.given = answer::not_measured;
                judged.here.why = "no verdicts with --quick";
            }
            if (own != references.end()) {
                const library written = library_for(*own, references);
                judged.reference = judge_or_say(
                    said.stated, count_scattering(claims, written), written);
            }
            now.claims.push_back(std::move(judged));
        }
    }
    return all;
}

std::string tally(const std::vector<chapter_answer>& answers) {
    std::size_t all = 0, of[4] = {};
    for (const chapter_answer& one : answers)
        for (const judged_claim& each : one.claims) {
            if (one.quick)
                continue;
            ++all;
            ++of[static_cast<std::size_t>(each.here.given)];
        }
    if (all == 0)
        return "";
    const auto verb = [](std::size_t n, const char* one, const char* many) {
        return fmt::format("{} {}", n, n == 1 ? one : many);
    };
    return fmt::format("Of {} claims {} on this machine, {}, {}, and {}.", all,
                       verb(of[0], "holds", "hold"),
                       verb(of[1], "does not", "do not"),
                       verb(of[2], "is undecided", "are undecided"),
                       verb(of[3], "was not measured", "were not measured"));
}

std::vector<judged_claim> claims_with(const chapter_answer& one, answer given) {
    std::vector<judged_claim> found;
    for (const judged_claim& each : one.claims)
        if (each.here.given == given)
            found.push_back(each);
    return found;
}

std::string figure_of(const verdict& found) {
    const auto show = [&](double ratio) {
        return show_number(found.against_factor(ratio));
    };
    if (found.ratio == 0 && found.low == 0 && found.high == 0)
        return "0";
    if (std::isinf(std::log(found.low)) || std::isinf(found.high)
        || show(found.low) == show(found.high))
        return show(found.ratio);
    // Two digits, unless they would hide on which side of the limit an end is.
    const std::string limit = show_number(found.factor);
    const auto end = [&](double ratio) {
        return show(ratio) == limit
                   ? fmt::format("{:.4g}", found.against_factor(ratio))
                   : show(ratio);
    };
    return fmt::format("{} ({} to {})", show(found.ratio), end(found.low),
                       end(found.high));
}

std::string explained(const verdict& found) {
    std::string words = fmt::format("**{}**", in_words(found.given));
    if (found.given == answer::not_measured)
        return fmt::format("{}: {}", words, found.why);
    if (found.given != answer::undecided)
        return words;
    // Half of the interval: what is further from the limit would be decided.
    const double seen = std::sqrt(found.high / found.low) - 1;
    if (!std::isfinite(seen))
        return words + ": too few rounds";
    return fmt::format("{}: a difference of less than {} % cannot be seen here",
                       words, std::ceil(seen * 100 - 1e-9));
}
