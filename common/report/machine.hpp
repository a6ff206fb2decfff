// The machine that measures, for the top of the report.
#pragma once

#include <string>

// JSON: one object of texts, in the order in which they are to be shown.
std::string describe_machine();
