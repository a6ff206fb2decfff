#include "claims.hpp"

#include "statistics.hpp"

#include <fmt/core.h>

#include <cmath>
#include <optional>
#include <set>

static double number_in(const std::string& text, const std::string& what) {
    char* end = nullptr;
    const double number = std::strtod(text.c_str(), &end);
    if (text.empty() || *end != '\0' || !(number > 0) || std::isinf(number))
        throw std::runtime_error(
            fmt::format("{}: '{}' is not a number above 0", what, text));
    return number;
}

static void read_test(const std::string& test, claim& into) {
    // Longer relations first: <= contains <.
    for (const char* relation :
         {" <= ", " >= ", " == ", " < ", " > ", " within "}) {
        const auto at = test.find(relation);
        if (at == test.npos)
            continue;
        into.left = test.substr(0, at);
        into.relation = split_trimmed(relation, '|').at(0);
        into.right = test.substr(at + std::string(relation).size());
        if (into.relation == "within") {
            const auto percent = into.right.find(" % of ");
            if (percent == into.right.npos)
                throw std::runtime_error("wants within N % of EXPRESSION");
            into.within = number_in(into.right.substr(0, percent), "within");
            into.right.erase(0, percent + 6);
        }
        labels_in(into.left); // throws if they cannot be read
        labels_in(into.right);
        return;
    }
    throw std::runtime_error(fmt::format(
        "'{}' has none of the relations < <= > >= == within", test));
}

claim read_claim(std::string_view kind, std::string_view marker) {
    const auto fields = split_trimmed(marker, '|');
    const std::size_t test = kind == "seed" ? 3 : 1;
    if (fields.size() < test + 1 || fields.size() > test + 2)
        throw std::runtime_error(
            kind == "seed"
                ? "wants ID | WHERE | \"QUOTE\" | TEST | PRECONDITION"
                : "wants ID | TEST | PRECONDITION");
    claim read;
    read.id = fields[0];
    if (kind == "seed") {
        read.where = fields[1];
        read.quote = fields[2];
    }
    read_test(fields[test], read);
    if (fields.size() == test + 2) {
        const std::string& precondition = fields[test + 1];
        if (!precondition.starts_with("cores >= "))
            throw std::runtime_error(fmt::format(
                "the precondition '{}' is not cores >= N", precondition));
        read.cores = std::lround(number_in(precondition.substr(9), "cores >="));
    }
    return read;
}

std::string in_words(answer given) {
    switch (given) {
    case answer::holds:
        return "holds";
    case answer::does_not_hold:
        return "does not hold here";
    case answer::undecided:
        return "undecided";
    case answer::not_measured:
        break;
    }
    return "not measured here";
}

bool scatters(const claim& one, const library& in) {
    try {
        return !evaluate(one.left, in).counts
               || !evaluate(one.right, in).counts;
    } catch (const std::runtime_error&) {
        return false; // judged by nobody, and judge() says why
    }
}

static bool holds(const claim& one, double left, double right) {
    return one.relation == "<"    ? left < right
           : one.relation == "<=" ? left <= right
           : one.relation == ">"  ? left > right
           : one.relation == ">=" ? left >= right
           : one.relation == "=="
               ? left == right
               : std::fabs(left - right) <= right * one.within / 100;
}

// `low` and `high` are logarithms of left / right.
static answer judge_interval(const claim& one, double low, double high) {
    if (one.relation == "within") {
        const double limit = std::log1p(one.within / 100);
        if (-limit <= low && high <= limit)
            return answer::holds;
        return high < -limit || low > limit ? answer::does_not_hold
                                            : answer::undecided;
    }
    const bool more = one.relation.starts_with('>');
    if (more ? low > 0 : high < 0)
        return answer::holds;
    return more ? (high < 0 ? answer::does_not_hold : answer::undecided)
                : (low > 0 ? answer::does_not_hold : answer::undecided);
}

// The values of both sides, of the rounds that both have.
struct sides {
    round_values left, right;
};

static sides by_round(const evaluated& left, const evaluated& right) {
    if (left.scalar)
        throw std::runtime_error("measures nothing on its left side");
    const std::size_t rounds =
        right.scalar ? left.rounds.size()
                     : std::min(left.rounds.size(), right.rounds.size());
    sides both;
    for (std::size_t r = 0; r < rounds; ++r) {
        both.left.push_back(left.rounds[r]);
        both.right.push_back(right.rounds[right.scalar ? 0 : r]);
    }
    return both;
}

// How far a problem's baseline is from itself, as a logarithm.
static double noise_of(const evaluated& side) {
    double most = 0;
    for (const std::vector<double>& logs : side.noise)
        most = std::max(most, self_noise(logs));
    return most;
}

// left / right by round, of one label.
static round_values quotients(const claim& one, const chapter& of) {
    const library only = {&of};
    const sides both =
        by_round(evaluate(one.left, only), evaluate(one.right, only));
    round_values found(both.left.size());
    for (std::size_t r = 0; r < found.size(); ++r)
        if (both.left[r] && both.right[r])
            found[r] = *both.left[r] / *both.right[r];
    return found;
}

// Both sides may be figures of one and the same run. Then what counts is how
// far their quotient is from itself, which the problem's baseline shows if it
// prints both. Empty otherwise.
static std::optional<double> noise_within_a_run(const claim& one,
                                                const library& in) {
    auto labels = labels_in(one.left);
    for (const std::string& name : labels_in(one.right))
        labels.push_back(name);
    if (std::set<std::string>(labels.begin(), labels.end()).size() != 1
        || labels.size() < 2)
        return std::nullopt;
    const found_label found = find_label(in, labels.front());
    chapter baseline;
    baseline.problems = {*found.of};
    baseline.problems[0].labels = {found.of->labels.front()};
    label& shown = baseline.problems[0].labels[0];
    shown.name = labels.front();
    try {
        const auto first = quotients(one, baseline);
        shown.samples = shown.again;
        const auto again = quotients(one, baseline);
        std::vector<double> apart;
        for (std::size_t r = 0; r < first.size() && r < again.size(); ++r)
            if (first[r] && again[r])
                apart.push_back(std::log(*again[r] / *first[r]));
        return self_noise(apart);
    } catch (const std::runtime_error&) {
        return std::nullopt; // the baseline prints other figures
    }
}

double cores_of(const chapter& measured) {
    // "4" or "4, quota 1.5"
    const std::string text = machine_entry(measured, "CPUs we may use");
    const double cpus = std::strtod(text.c_str(), nullptr);
    const auto quota = text.find("quota ");
    return quota == text.npos
               ? cpus
               : std::min(cpus, std::strtod(text.c_str() + quota + 6, nullptr));
}

verdict judge(const claim& one, std::size_t claims, double machine_cores,
              const library& in) try {
    verdict judged;
    if (static_cast<double>(one.cores) > machine_cores) {
        judged.why = fmt::format("needs {} cores", one.cores);
        return judged;
    }
    const evaluated left = evaluate(one.left, in),
                    right = evaluate(one.right, in);
    const sides both = by_round(left, right);
    std::vector<double> ratios, logs;
    bool every_round = true;
    for (std::size_t r = 0; r < both.left.size(); ++r) {
        if (!both.left[r] || !both.right[r]) {
            ++judged.left_out;
            continue;
        }
        const double of_left = *both.left[r], of_right = *both.right[r];
        // To a stated 0 nothing has a ratio: see against_factor().
        ratios.push_back(of_left
                         / (right.scalar && right.factor == 0 ? 1 : of_right));
        logs.push_back(std::log(ratios.back()));
        every_round = every_round && holds(one, of_left, of_right);
    }
    judged.ratio = median(ratios);
    judged.factor = right.scalar ? right.factor : right.factor / left.factor;
    if (left.counts && right.counts) {
        judged.low = *std::min_element(ratios.begin(), ratios.end());
        judged.high = *std::max_element(ratios.begin(), ratios.end());
        judged.given = every_round ? answer::holds : answer::does_not_hold;
        return judged;
    }
    if (one.relation == "==")
        throw std::runtime_error("== is for counts; times scatter");
    const double wider = noise_within_a_run(one, in).value_or(
        std::max(noise_of(left), noise_of(right)));
    const interval found = signed_rank_interval(
        logs, 1 - 0.05 / static_cast<double>(std::max<std::size_t>(claims, 1)));
    judged.low = std::exp(found.low - wider);
    judged.high = std::exp(found.high + wider);
    judged.given = judge_interval(one, found.low - wider, found.high + wider);
    return judged;
} catch (const not_measured& error) {
    verdict judged;
    judged.why = error.what();
    return judged;
}
