// Claims: sentences about measurements that a machine can hold against its
// own. Pages write them as markers (tools/weave):
//
//     seed: ID | WHERE | "QUOTE" | TEST | PRECONDITION     a source says so
//     claim: ID | TEST | PRECONDITION                      this book says so
//
// TEST is EXPRESSION < EXPRESSION (or <= > >= ==), or EXPRESSION within N % of
// EXPRESSION. PRECONDITION, which may be missing, is cores >= N.
#pragma once

#include "expression.hpp"

#include <string>
#include <string_view>

struct claim {
    std::string id;
    std::string where, quote; // of a source's claim
    std::string left, relation, right;
    double within = 0; // percent
    long cores = 0;    // the precondition
};

// `kind` is seed or claim. Throws std::runtime_error that says what is wrong.
claim read_claim(std::string_view kind, std::string_view marker);

enum class answer { holds, does_not_hold, undecided, not_measured };

// "holds", "does not hold here", "undecided", "not measured here"
std::string in_words(answer given);

struct verdict {
    answer given = answer::not_measured;
    std::string why; // of not_measured
    // left / right: the middle of the rounds, and how sure that is.
    double ratio = 0, low = 0, high = 0;
    std::size_t left_out = 0; // rounds that a program called unreliable
    // What the claim's plain numbers come to: 1.5 in a > 1.5 * b, 3 in a > 3.
    double factor = 1;
    // What is held against it: the ratio of a to b, or a. Nothing has a ratio
    // to 0, so there the three above are values of a already.
    double against_factor(double of_ratio) const {
        return factor == 0 ? of_ratio : of_ratio * factor;
    }
};

// Is `one` a claim on times or rates, which scatter? Counts do not: they must
// hold in every round. A claim that cannot be evaluated does not.
bool scatters(const claim& one, const library& in);

// How many CPUs the chapter's machine may use, by affinity and quota.
double cores_of(const chapter& measured);

// The rule: per round the logarithm of left / right; of these the interval of
// the signed-rank test at confidence 1 - 0.05 / `claims`, the number of claims
// that are judged together; widened at both ends by how far a problem's
// baseline is from itself (95 %; if both sides are figures of one run, by how
// far the baseline's left / right is). What lies wholly on one side of the
// stated factor is decided. `machine_cores`: what the machine may use.
// Throws std::runtime_error if the claim cannot be evaluated at all.
verdict judge(const claim& one, std::size_t claims, double machine_cores,
              const library& in);
