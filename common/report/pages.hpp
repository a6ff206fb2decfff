// The report as a whole: report.html and report.md with the same content.
#pragma once

#include "measurements.hpp"

#include <filesystem>
#include <string>
#include <vector>

// One chapter for the terminal.
std::string terminal_summary(const chapter& of);

// Writes report.html, report.md and pictures/ into `directory`.
void write_report(const std::vector<chapter>& chapters,
                  const std::filesystem::path& directory);
