// Pictures drawn by gnuplot, as SVG elements that take the colour of text from
// the page around them.
#pragma once

#include <functional>
#include <string>

bool have_gnuplot();

// The colour that a script gives to text and axes; draw() puts the page's own
// in its place.
inline constexpr auto ink = "#010203";

// Gnuplot's word for a text: in single quotes, which it doubles inside.
std::string quoted(const std::string& text);

// The commands that every picture begins with. `height` in pixels; the width
// is 720.
std::string picture_head(int height);

// Adds a name at a place on an axis to the list for "set ytics (...)".
void add_tick(std::string& all, const std::string& name, double at);

// Where an axis has its numbers, and how they are written: from 0 to `most` in
// two to four steps of 1, 2 or 5 with zeros, or for a logarithmic axis.
using show_tick = std::function<std::string(double)>;
std::string ticks(double most, const show_tick& show);
std::string ticks_log(double least, double most, const show_tick& show);

// Runs a script. `name` keeps the picture's parts apart from other pictures'
// on the same page; `title` says in words what it shows. Empty where gnuplot
// is not installed or cannot draw it.
std::string draw(const std::string& script, const std::string& name,
                 const std::string& title);
