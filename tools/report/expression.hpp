// Expressions over measurements, as the pages write them:
//
//     time(LABEL)             seconds of a run
//     cores_busy(LABEL)       its CPU time by its elapsed time
//     figure(LABEL, name)     a figure that the program printed
//     ratio(A, B)             time(A) / time(B)
//
// and numbers, joined by * and /.
#pragma once

#include "measurements.hpp"

#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

// Chapters in which labels are looked for: first in the first one, then in all
// the others, where a label that two of them have is an error.
using library = std::vector<const chapter*>;

struct found_label {
    const problem* of;
    const label* named;
};

// Throws std::runtime_error if no chapter has it, or more than one.
found_label find_label(const library& in, const std::string& name);

// A label that the machine could not measure, and why.
struct not_measured : std::runtime_error {
    using std::runtime_error::runtime_error;
};

// By round; nothing where a program called its figures unreliable.
using round_values = std::vector<std::optional<double>>;
std::vector<double> reliable(const round_values& rounds);

struct evaluated {
    round_values rounds; // as many as all labels have
    bool scalar = false; // only numbers: one value for all rounds
    bool counts = true;  // nothing in it scatters: no times, no rates
    double factor = 1;   // the product of its plain numbers
    std::vector<std::string> labels;
    // The same expression of a problem's baseline against itself, as natural
    // logarithms of ratios: one list for each factor that scatters.
    std::vector<std::vector<double>> noise;
};

// Throws std::runtime_error if it cannot be read or a label is unknown, and
// not_measured, also if a label is unreliable in more than half of its rounds.
evaluated evaluate(std::string_view expression, const library& in);

// The labels that it names, whether or not they were measured.
std::vector<std::string> labels_in(std::string_view expression);

// The parts of `text` between the separators, without spaces around them.
std::vector<std::string> split_trimmed(std::string_view text, char separator);
