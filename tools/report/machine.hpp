// The machine that measures, for the top of the report.
#pragma once

#include <string>
#include <vector>

// JSON: one object of texts, in the order in which they are to be shown.
// `more`: NAME=TEXT each, as PostgreSQL=15.18; these follow.
std::string describe_machine(const std::vector<std::string>& more);
