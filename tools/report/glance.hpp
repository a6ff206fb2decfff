// What the measurements say of the book: the answer of each chapter and the
// verdict on each claim, from the reader's timings and beside them from the
// book's own, which are in reference.json.
#pragma once

#include "page.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

struct judged_claim {
    stated_claim said;
    verdict here;
    std::optional<verdict> reference; // empty: the book has no figure
};

struct chapter_answer {
    std::string name, title; // of the chapter
    bool quick = false;      // too little was measured for verdicts
    std::string page;        // its path inside the book; empty if there is none
    std::string answer;      // in one sentence, or why there is none
    std::string book_machine; // what the book's figures were measured on
    std::vector<judged_claim> claims;
};

// One for each chapter; `book` is the directory with chapters/.
std::vector<chapter_answer> answers_of(const std::vector<chapter>& chapters,
                                       const std::filesystem::path& book);

// "The sources: 12 claims hold on this machine, 5 do not, 1 is undecided. This
// book: 20 hold." Of what was measured; those that were not come last.
// Empty if there are none. Without those of chapters measured with --quick.
std::string tally(const std::vector<chapter_answer>& answers);

// A chapter's claims with this verdict.
std::vector<judged_claim> claims_with(const chapter_answer& one, answer given);

// "1.9 (1.8 to 2.0)": what is held against the limit, and how sure that is.
std::string figure_of(const claim& stated, const verdict& found);

// "**holds**", with a reason where one is due.
std::string explained(const claim& stated, const verdict& found);
