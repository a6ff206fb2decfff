// Transcripts: a command, and what it printed.
#pragma once

#include "markers.hpp"

#include <string>

enum class faith { exact, varies, sample };

// exact: "", varies: runs of digits do not count, sample: the last line counts,
// and which figures there are. Throws std::runtime_error for another word.
faith read_faith(const std::string& argument);

// Does `printed` say what `shown` says?
bool agree(const text_lines& shown, const text_lines& printed, faith how);

// Runs `command` by the shell in the current directory, with `bin` in place of
// build/bin, and returns what it wrote to its standard output. Throws
// std::runtime_error unless it ends with 0; its stderr is ours.
text_lines run_command(const std::string& command, const std::string& bin);
