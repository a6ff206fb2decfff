#include "expression.hpp"

#include "statistics.hpp"

#include <fmt/core.h>

#include <cctype>
#include <cmath>
#include <optional>

// In one chapter several problems may have the label, which is the same
// program then: the first one counts.
static std::optional<found_label> find_in(const chapter& one,
                                          const std::string& name) {
    for (const problem& of : one.problems)
        for (const label& named : of.labels)
            if (named.name == name)
                return found_label{&of, &named};
    return std::nullopt;
}

found_label find_label(const library& in, const std::string& name) {
    std::optional<found_label> found;
    for (const chapter* one : in) {
        const auto here = find_in(*one, name);
        if (here && one == in.front())
            return *here;
        if (here && found)
            throw std::runtime_error(
                fmt::format("several chapters measure {}", name));
        found = here ? here : found;
    }
    if (!found)
        throw std::runtime_error(fmt::format("no measurement of {}", name));
    return *found;
}

// --- Reading ---------------------------------------------------------------

struct factor {
    bool divides = false;
    double number = 1;
    std::string function; // empty: a number
    std::vector<std::string> arguments;
};

static std::string trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(' ');
    if (first == text.npos)
        return "";
    return std::string(
        text.substr(first, text.find_last_not_of(' ') + 1 - first));
}

std::vector<std::string> split_trimmed(std::string_view text, char separator) {
    std::vector<std::string> parts;
    for (;;) {
        const auto end = text.find(separator);
        parts.push_back(trimmed(text.substr(0, end)));
        if (end == text.npos)
            return parts;
        text.remove_prefix(end + 1);
    }
}

static factor read_factor(std::string_view text) {
    const auto refuse = [&](const char* why) {
        return std::runtime_error(fmt::format("'{}' {}", text, why));
    };
    factor read;
    const auto open = text.find('(');
    if (open == text.npos) {
        char* end = nullptr;
        const std::string digits(text);
        read.number = std::strtod(digits.c_str(), &end);
        if (digits.empty() || *end != '\0' || !(read.number >= 0)
            || std::isinf(read.number))
            throw refuse("is neither a number nor a term such as "
                         "time(LABEL)");
        return read;
    }
    if (text.back() != ')')
        throw refuse("has no ) at its end");
    read.function = text.substr(0, open);
    read.arguments =
        split_trimmed(text.substr(open + 1, text.size() - open - 2), ',');
    const bool one = read.function == "time" || read.function == "cores_busy";
    if (!one && read.function != "figure" && read.function != "ratio")
        throw refuse("is not time(), cores_busy(), figure() or ratio()");
    if (read.arguments.size() != (one ? 1 : 2))
        throw refuse(one ? "takes one label" : "takes two names");
    return read;
}

static std::vector<factor> read_factors(std::string_view text) {
    std::vector<factor> read;
    bool divides = false;
    for (;;) {
        const auto end = text.find_first_of("*/");
        read.push_back(read_factor(trimmed(text.substr(0, end))));
        read.back().divides = divides;
        if (end == text.npos)
            return read;
        divides = text[end] == '/';
        text.remove_prefix(end + 1);
    }
}

std::vector<std::string> labels_in(std::string_view text) {
    std::vector<std::string> labels;
    for (const factor& one : read_factors(text))
        for (std::size_t i = 0; i < one.arguments.size(); ++i)
            if (one.function != "figure" || i == 0)
                labels.push_back(one.arguments[i]);
    return labels;
}

// --- Evaluating ------------------------------------------------------------

// What one function says of one run.
static std::optional<double> of_sample(const std::string& function,
                                       const std::string& figure,
                                       const sample& one) {
    if (!one.timed)
        return std::nullopt;
    if (function == "figure")
        return number(one, figure);
    if (function == "cores_busy")
        return cores_busy(one);
    return one.timed->wall;
}

std::vector<double> reliable(const round_values& rounds) {
    std::vector<double> found;
    for (const auto& value : rounds)
        if (value)
            found.push_back(*value);
    return found;
}

// Multiplies `product` by a factor, or divides it, round by round.
static void multiply(evaluated& product, const round_values& rounds,
                     bool divides) {
    if (product.scalar) {
        product.rounds.resize(rounds.size(), product.rounds.at(0));
        product.scalar = false;
    }
    if (rounds.size() < product.rounds.size())
        product.rounds.resize(rounds.size());
    for (std::size_t r = 0; r < product.rounds.size(); ++r) {
        std::optional<double>& value = product.rounds[r];
        if (!rounds[r])
            value.reset();
        else if (value)
            *value *= divides ? 1 / *rounds[r] : *rounds[r];
    }
}

// A/A: the baseline's second runs against its first ones.
static std::vector<double> noise_of(const problem& of,
                                    const std::string& function,
                                    const std::string& figure) {
    std::vector<double> logs;
    const label& baseline = of.labels.front();
    for (std::size_t r = 0; r < baseline.again.size(); ++r) {
        const auto first = of_sample(function, figure, baseline.samples.at(r));
        const auto again = of_sample(function, figure, baseline.again[r]);
        if (first && again && *first > 0 && *again > 0)
            logs.push_back(std::log(*again / *first));
    }
    return logs;
}

static void multiply_label(evaluated& product, const std::string& function,
                           const std::string& name, const std::string& figure,
                           bool divides, const library& in) {
    const auto [of, named] = find_label(in, name);
    product.labels.push_back(name);
    if (!named->trouble.empty())
        throw not_measured(
            name + (named->trouble.starts_with("not ") ? " was " : ": ")
            + named->trouble);
    round_values rounds;
    std::size_t left_out = 0;
    for (const sample& one : named->samples) {
        const auto value = of_sample(function, figure, one);
        const std::string why = why_unreliable(one);
        if (!value && why.empty()) {
            if (one.printed.figures.count(figure) > 0)
                throw not_measured(fmt::format("{} of {} is {}", figure, name,
                                               one.printed.figures.at(figure)));
            throw std::runtime_error(
                fmt::format("{} printed no number '{}'", name, figure));
        }
        rounds.push_back(value);
        if (!value && 2 * ++left_out > named->samples.size())
            throw not_measured(fmt::format("{}: {}", name, why));
    }
    multiply(product, rounds, divides);
    if (function == "figure" && is_count(figure))
        return;
    product.counts = false;
    product.noise.push_back(noise_of(*of, function, figure));
    if (product.noise.back().empty()) // the baseline does not print it
        product.noise.back() =
            noise_of(*of, of->figure == "time" ? "time" : "figure", of->figure);
}

evaluated evaluate(std::string_view text, const library& in) {
    evaluated product;
    product.scalar = true;
    product.rounds.push_back(1);
    for (const factor& one : read_factors(text)) {
        if (one.function.empty()) {
            const double number = one.divides ? 1 / one.number : one.number;
            product.factor *= number;
            for (auto& value : product.rounds)
                if (value)
                    *value *= number;
        } else if (one.function == "ratio") {
            multiply_label(product, "time", one.arguments[0], "", one.divides,
                           in);
            multiply_label(product, "time", one.arguments[1], "", !one.divides,
                           in);
        } else {
            multiply_label(product, one.function, one.arguments[0],
                           one.arguments.size() > 1 ? one.arguments[1] : "",
                           one.divides, in);
        }
    }
    return product;
}
