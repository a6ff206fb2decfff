// verdict_study: what the rule of the verdicts makes of the times that
// verdict_study.sh has measured: of one program under three names, and of one
// that has 5 % more to do.
//
//     build-tests/bin/verdict_study tests/verdict_study.tsv
#include "common/check.hpp"
#include "tools/report/claims.hpp"
#include "tools/report/files.hpp"
#include "tools/report/statistics.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <random>
#include <sstream>

// Of one round: base, again and same are the same program.
struct times {
    std::array<double, 3> same;
    double planted;
};
using rounds = std::vector<times>;

// The trials of the file, each with its rounds.
static std::vector<rounds> read_trials(const std::string& text) {
    std::vector<rounds> trials;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        std::istringstream fields(line);
        std::size_t trial = 0, round = 0;
        times one{};
        if (!(fields >> trial >> round >> one.same[0] >> one.same[1]
              >> one.same[2] >> one.planted))
            continue; // what it is, and the head
        if (round == 1)
            trials.emplace_back();
        if (trial != trials.size() || round != trials.back().size() + 1)
            throw std::runtime_error("not in order: " + line);
        trials.back().push_back(one);
    }
    return trials;
}

static label timed(const std::string& name, const std::vector<double>& all) {
    label one;
    one.name = name;
    one.rounds = all.size();
    for (const double seconds : all)
        one.samples.push_back({run{seconds, seconds, 0, 0}, {}});
    return one;
}

// The verdict on `other` > `base`, or on <, where `again` is base once more.
static answer judged(const char* relation, const std::vector<double>& base,
                     const std::vector<double>& again,
                     const std::vector<double>& other, std::size_t claims) {
    chapter measured;
    measured.problems.push_back(
        {"p", "P", "time", {timed("base", base), timed("other", other)}, {}});
    measured.problems[0].labels[0].again = timed("again", again).samples;
    const claim asked = read_claim(
        "claim", fmt::format("a | time(other) {} time(base)", relation));
    return judge(asked, claims, 2, {&measured}).given;
}

// How far a run is from its like, as a share: of the same program's two runs.
static double noise_of(const rounds& trial) {
    double squares = 0;
    for (const times& one : trial) {
        const double apart = std::log(one.same[1] / one.same[0]);
        squares += apart * apart / 2;
    }
    return std::sqrt(squares / static_cast<double>(trial.size()));
}

// The same trial on a machine with less noise: each time moves towards the
// middle of its like, all by the same share, so that their scatter keeps its
// shape. `noise`: as a share, of a run.
static rounds calmed(const rounds& trial, double noise) {
    std::vector<double> same, planted;
    for (const times& one : trial) {
        same.insert(same.end(), one.same.begin(), one.same.end());
        planted.push_back(one.planted);
    }
    const double share = std::min(1.0, noise / noise_of(trial));
    const auto nearer = [&](double seconds, double middle) {
        return middle * std::pow(seconds / middle, share);
    };
    rounds calm = trial;
    for (times& one : calm) {
        for (double& each : one.same)
            each = nearer(each, median(same));
        one.planted = nearer(one.planted, median(planted));
    }
    return calm;
}

// Of so many times `rounds_each` rounds in a row, with the three names dealt
// out anew in each round: in how many does the rule see a difference?
static int false_verdicts(const std::vector<rounds>& trials,
                          std::size_t rounds_each, std::size_t claims,
                          int resamplings) {
    std::mt19937_64 random(1);
    int wrong = 0;
    for (int i = 0; i < resamplings; ++i) {
        const rounds& trial = trials[random() % trials.size()];
        const std::size_t first = random() % (trial.size() - rounds_each + 1);
        std::vector<double> base, again, other;
        for (std::size_t r = first; r < first + rounds_each; ++r) {
            std::array<double, 3> dealt = trial[r].same;
            std::shuffle(dealt.begin(), dealt.end(), random);
            base.push_back(dealt[0]);
            again.push_back(dealt[1]);
            other.push_back(dealt[2]);
        }
        // Not > means <: one question finds both errors.
        wrong += judged(">", base, again, other, claims) != answer::undecided;
    }
    return wrong;
}

// In how many trials is the planted one called slower, or faster?
static int planted(const std::vector<rounds>& trials, const char* relation,
                   std::size_t rounds_each, std::size_t claims) {
    int found = 0;
    for (const rounds& trial : trials) {
        std::vector<double> base, again, other;
        for (std::size_t r = 0; r < rounds_each; ++r) {
            base.push_back(trial[r].same[0]);
            again.push_back(trial[r].same[1]);
            other.push_back(trial[r].planted);
        }
        found += judged(relation, base, again, other, claims) == answer::holds;
    }
    return found;
}

int main(int argc, char** argv) try {
    if (argc != 2) {
        fmt::print(stderr, "verdict_study: wants FILE.tsv\n");
        return 2;
    }
    constexpr int resamplings = 10000;
    constexpr std::size_t full = 20, standard = 10;
    const auto trials = read_trials(read_text(argv[1]));
    if (trials.empty() || trials.front().size() != full)
        throw std::runtime_error("no trials of 20 rounds in it");
    std::vector<double> noises, seconds;
    for (const rounds& one : trials) {
        noises.push_back(100 * noise_of(one));
        for (const times& each : one)
            seconds.push_back(each.same[0]);
    }
    fmt::print("trials: {}, of {} rounds each\n", trials.size(), full);
    fmt::print("a run: {:.3f} s\n", median(seconds));
    fmt::print("noise of a run: {:.2f} % ({:.2f} to {:.2f})\n", median(noises),
               *std::min_element(noises.begin(), noises.end()),
               *std::max_element(noises.begin(), noises.end()));
    fmt::print("\nwhere there is no difference, of {} resamplings decided:\n",
               resamplings);
    int most = 0;
    for (const std::size_t claims : {1U, 15U})
        for (const std::size_t n : {standard, full}) {
            const int wrong = false_verdicts(trials, n, claims, resamplings);
            most = std::max(most, wrong);
            fmt::print("  {:2} rounds, {:2} claims in the chapter: {} "
                       "({:.2f} %)\n",
                       n, claims, wrong, 100.0 * wrong / resamplings);
        }
    std::vector<rounds> calm;
    for (const rounds& one : trials)
        calm.push_back(calmed(one, 0.01));
    int faster = 0, found = 0;
    for (const auto& [what, of] : {std::pair{"as measured", &trials},
                                   {"with the noise shrunk to 1 %", &calm}}) {
        fmt::print("\nwhere 5 % are planted, {}, of {} trials:\n", what,
                   trials.size());
        for (const std::size_t n : {std::size_t{2}, standard, full}) {
            const int slower = planted(*of, ">", n, 15);
            const int wrong = planted(*of, "<", n, 15);
            faster += wrong;
            found = slower; // of the last: calm, with --full
            fmt::print("  {:2} rounds: slower in {}, faster in {}\n", n, slower,
                       wrong);
        }
    }
    const bool kept = 100 * most <= resamplings && faster == 0
                      && 40 * found >= 38 * static_cast<int>(trials.size());
    fmt::print("\nat most 1 % decided; at least 38 of 40 found where the noise "
               "is 1 %; never faster: {}\n",
               kept ? "yes" : "no");
    return kept ? 0 : 1;
} catch (...) {
    return failed("verdict_study");
}
