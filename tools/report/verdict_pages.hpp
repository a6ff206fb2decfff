// The report's part on claims: what this machine says of each.
#pragma once

#include "document.hpp"
#include "glance.hpp"

#include <string>
#include <vector>

// On one screen of a terminal: each chapter's answer and its claims by verdict.
std::string terminal_glance(const std::vector<chapter>& chapters,
                            const std::vector<chapter_answer>& answers);

// The same as a page begins.
void add_first_screen(document& page, const std::vector<chapter>& chapters,
                      const std::vector<chapter_answer>& answers);

// Each claim in words, with what is held against it here and on the book's
// machine; and how a verdict comes about.
void add_claims(document& page, const std::vector<chapter_answer>& answers);
