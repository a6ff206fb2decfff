// The report as a whole: report.html and report.md with the same content.
#pragma once

#include "glance.hpp"
#include "measurements.hpp"

#include <filesystem>
#include <string>
#include <vector>

// Writes report.html, report.md and pictures/ into `directory`.
void write_report(const std::vector<chapter>& chapters,
                  const std::vector<chapter_answer>& answers,
                  const std::filesystem::path& directory);
