// What a chapter's page says that measurements can answer: its claims, and its
// answer in one sentence, with figures in it. Pages mark them as tools/weave
// tells:
//
//     <!-- seed: ... --> or <!-- claim: ... -->      a claim, in words, up to
//     the next marker; see claims.hpp
//     <!-- answer -->                                one paragraph, with
//     <!-- n: EXPRESSION -->1.9<!-- /n --> in it, up to <!-- /answer -->
#pragma once

#include "claims.hpp"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

struct stated_claim {
    claim stated;
    std::string kind; // seed: a source says so; claim: this book does
    std::string text; // in words
};

// A chapter's pages: README.md, and then the other ones by name. None if there
// is no README.md.
std::vector<std::filesystem::path>
pages_in(const std::filesystem::path& folder);

// In the order of the page. Leaves out what cannot be read: weave complains.
std::vector<stated_claim> claims_on(const std::string& page);

// Under a claim's words stands a line that begins so: who says so, and the
// verdict.
inline constexpr auto says = "> \u2014 ";

// "the *snakes* article" for S4:30, "this book" for a claim of ours. Throws
// std::runtime_error for a source that there is not.
std::string who_says(const stated_claim& one);

// The page's answer as it stands there, in one line; empty if it has none.
std::string answer_on(const std::string& page);

// The same with the figures of these measurements. Throws std::runtime_error
// if one of them is not there.
std::string with_figures_of(const library& in, std::string answer);

// The middle of the rounds, for prose: 3714 is "3,700". Throws what
// evaluate() throws.
std::string figure_in_prose(std::string_view expression, const library& in);

// How many of these are claims on what scatters: they are judged together.
std::size_t count_scattering(const std::vector<stated_claim>& claims,
                             const library& in);

// "threads take equal turns", of the claim of that id.
std::string name_in_words(const claim& one);

// What is held against the stated number: "5.3 ms" if that is a figure with a
// unit, else a plain "1.9".
std::string show_held(const claim& stated, double value);

// "> 1.7", "within 10 %", or "within 40 % of 5 ms"
std::string stated_limit(const claim& stated, const verdict& found);

// "holds: 2.0, stated > 1.7"
std::string answer_to(const claim& stated, const verdict& found);
