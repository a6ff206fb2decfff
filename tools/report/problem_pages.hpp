// The report's part on problems: every variant, in tables and pictures.
#pragma once

#include "document.hpp"
#include "measurements.hpp"

#include <string>
#include <vector>

// One chapter for the terminal.
std::string terminal_summary(const chapter& of);

// Who is fastest, how to read the tables, and then every chapter.
void add_chapters(document& page, const std::vector<chapter>& chapters);
