// The report as a whole: report.html and report.md with the same content.
#pragma once

#include "glance.hpp"
#include "measurements.hpp"

#include <filesystem>
#include <string>
#include <vector>

// One chapter for the terminal.
std::string terminal_summary(const chapter& of);

// What they say together, on one screen: each chapter's answer and its claims
// by verdict.
std::string terminal_glance(const std::vector<chapter>& chapters,
                            const std::vector<chapter_answer>& answers);

// Writes report.html, report.md and pictures/ into `directory`.
void write_report(const std::vector<chapter>& chapters,
                  const std::vector<chapter_answer>& answers,
                  const std::filesystem::path& directory);
