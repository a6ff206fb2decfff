// Texts that somebody once forgot: what ends a column, a row, a string or a
// name, what is a value of another kind, and what looks like a command.
#pragma once

#include <string>
#include <vector>

inline const std::vector<std::string> hostile_texts = {
    "\t",
    "\n",
    "\r",
    "\r\n",
    "\\",
    "\\.",
    "\\N",
    "\\n",
    "'",
    "''",
    "\"",
    "\"\"",
    "$1",
    "%s",
    "%",
    ",",
    ";",
    " ",
    "NULL",
    "null",
    "--",
    "/*",
    "E'",
    "\x01",
    "\x7f",
    "\x1b[2J",
    "\u00e9",
    "\u202e",
    "\U0001f600",
    "0",
    "-0",
    "NaN",
    "'); DROP TABLE many_hands.canary; --",
    "\"; DROP TABLE many_hands.canary; --"};
