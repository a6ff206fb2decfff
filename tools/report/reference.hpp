// reference.json: the measurements that a chapter's page quotes, in one file.
#pragma once

#include "measurements.hpp"

#include <string>
#include <string_view>

// The chapter as JSON: machine, and per label every round's times and figures.
// No commands: they name directories of one machine. Throws std::runtime_error
// if something was not measured: a page must not quote half a run.
std::string to_reference(const chapter& measured);

// The same chapter back. Throws std::runtime_error for anything else.
chapter read_reference(std::string_view json);
