// Expressions, claims and their verdicts, on measurements made up here.
#include "catch.hpp"
#include "tools/report/claims.hpp"
#include "tools/report/glance.hpp"
#include "tools/report/reference.hpp"
#include "tools/report/statistics.hpp"
#include "tools/report/tables.hpp"

#include <fmt/core.h>

#include <cmath>

// A label that printed `rate` in each round; its time is 1 / rate.
static label measured(const std::string& name, const std::vector<double>& rates,
                      const std::string& kind = "variant") {
    label made;
    made.name = name;
    made.kind = kind;
    made.rounds = rates.size();
    for (const double rate : rates) {
        sample one;
        one.timed = run{1 / rate, 0.5 / rate, 0.25 / rate, 0};
        one.printed.configuration = name + " says";
        one.printed.figures["rows_per_s"] = std::to_string(rate);
        one.printed.figures["commits"] = "300";
        one.printed.figures["wal_syncs"] = "not available";
        made.samples.push_back(one);
    }
    return made;
}

static chapter made_chapter() {
    chapter made;
    made.name = "04-test";
    made.title = "A test";
    made.machine = {{"date", "2026-01-02"}, {"CPUs we may use", "2"}};
    problem load{"load", "Rows", "rows_per_s", {}, {"A note."}};
    label slow = measured(
        "slow", {100, 102, 98, 101, 99, 100, 103, 97, 100, 101}, "baseline");
    slow.again =
        measured("slow", {101, 101, 99, 100, 99, 101, 102, 98, 101, 100})
            .samples;
    load.labels = {
        slow,
        measured("fast", {198, 205, 196, 203, 197, 199, 207, 195, 201, 202}),
        measured("slow@cpus=1",
                 {101, 101, 99, 100, 100, 99, 104, 96, 101, 100}),
        measured("peer", {400, 410, 390}, "peer")};
    label absent;
    absent.name = "absent";
    absent.kind = "absent";
    absent.trouble = "not measured: no such tool";
    load.labels.push_back(absent);
    made.problems = {load};
    return made;
}

static double middle_of(const std::string& expression, const library& in) {
    return median(reliable(evaluate(expression, in).rounds));
}

TEST_CASE("expressions are evaluated round by round") {
    const chapter one = made_chapter();
    const library in = {&one};
    CHECK(middle_of("figure(fast, rows_per_s)", in) == Approx(200));
    CHECK(middle_of("figure(fast, rows_per_s) / figure(slow, rows_per_s)", in)
          == Approx(2).epsilon(0.01));
    CHECK(middle_of("ratio(slow, fast)", in) == Approx(2).epsilon(0.01));
    CHECK(middle_of("1000 * time(slow)", in) == Approx(10).epsilon(0.01));
    CHECK(middle_of("cores_busy(slow)", in) == Approx(0.75));
    CHECK(middle_of("figure(slow@cpus=1, commits) / 3", in) == Approx(100));
    CHECK(evaluate("time(peer) / time(slow)", in).rounds.size() == 3);
    CHECK(evaluate("time(slow) / time(peer)", in).rounds.size() == 3);
    CHECK(evaluate("2 * 3", in).scalar);
    CHECK_FALSE(evaluate("time(slow)", in).counts);
    CHECK(evaluate("figure(slow, commits)", in).counts);
}

TEST_CASE("an expression that cannot be evaluated says why") {
    const chapter one = made_chapter();
    const library in = {&one};
    for (const auto& [expression, why] :
         {std::pair{"", "neither a number"},
          {"time(slow", "has no )"},
          {"fast", "neither a number"},
          {"-1 * time(slow)", "neither a number"},
          {"nan", "neither a number"},
          {"speed(slow)", "is not time()"},
          {"time(slow, fast)", "takes one label"},
          {"figure(slow)", "takes two names"},
          {"time(nobody)", "no measurement of nobody"},
          {"figure(slow, speed)", "printed no number 'speed'"}})
        CHECK_THROWS_WITH(evaluate(expression, in), contains(why));
    CHECK_THROWS_AS(evaluate("time(absent)", in), not_measured);
    CHECK_THROWS_AS(evaluate("figure(slow, wal_syncs)", in), not_measured);
}

TEST_CASE("a program may say itself how busy it was") {
    chapter one = made_chapter();
    for (sample& s : one.problems[0].labels[0].samples)
        s.printed.figures["cores_busy"] = "0.25";
    CHECK(middle_of("cores_busy(slow)", {&one}) == Approx(0.25));
    CHECK(comparison(one.problems[0]).rows[0][4] == "0.25");
}

TEST_CASE("a label of another chapter is found unless two have it") {
    chapter own, other = made_chapter(), third = made_chapter();
    own.problems = {{"p", "P", "time", {measured("slow", {1})}, {}}};
    CHECK(middle_of("figure(slow, rows_per_s)", {&own, &other}) == Approx(1));
    CHECK(middle_of("figure(fast, rows_per_s)", {&own, &other}) == Approx(200));
    CHECK_THROWS_WITH(evaluate("time(fast)", {&own, &other, &third}),
                      contains("several chapters measure fast"));
}

// --- The interval ------------------------------------------------------------

TEST_CASE("the signed-rank interval has the ends of the published tables") {
    // Critical values of the statistic at 5 %, two-sided: 0, 2, 8, 52 for
    // 6, 7, 10 and 20 pairs; so many Walsh averages are left out, plus one.
    for (const auto& [n, critical] :
         {std::pair{6U, 0U}, {7U, 2U}, {10U, 8U}, {20U, 52U}}) {
        std::vector<double> values, averages;
        for (unsigned i = 0; i < n; ++i)
            values.push_back(std::pow(1.37, i));
        for (unsigned i = 0; i < n; ++i)
            for (unsigned j = i; j < n; ++j)
                averages.push_back((values[i] + values[j]) / 2);
        std::sort(averages.begin(), averages.end());
        const interval found = signed_rank_interval(values, 0.95);
        CHECK(found.low == averages[critical]);
        CHECK(found.high == averages[averages.size() - 1 - critical]);
    }
}

TEST_CASE("too few values, or none at all, decide nothing") {
    for (const std::vector<double>& values :
         {std::vector<double>{},
          {1},
          {1, 1, 1, 1, 1},
          {1, 1, 1, 1, 1, 1, 1, std::nan("")}})
        CHECK(std::isinf(signed_rank_interval(values, 0.95).high));
    CHECK(signed_rank_interval({1, 1, 1, 1, 1, 1}, 0.95).high == 1);
}

// --- Claims
// -------------------------------------------------------------------

TEST_CASE("claims are read") {
    const claim seed = read_claim(
        "seed", "slower | S0:110 C-S0-15 | \"4.8 s\" | time(a@b=1) > 1.0 * "
                "time(b) | cores >= 4");
    CHECK(seed.id == "slower");
    CHECK(seed.where == "S0:110 C-S0-15");
    CHECK(seed.quote == "\"4.8 s\"");
    CHECK(seed.left == "time(a@b=1)");
    CHECK(seed.relation == ">");
    CHECK(seed.right == "1.0 * time(b)");
    CHECK(seed.cores == 4);
    const claim ours =
        read_claim("claim", "little | time(a) within 15 % of time(b)");
    CHECK(ours.relation == "within");
    CHECK(ours.within == 15);
    CHECK(ours.right == "time(b)");
    CHECK(ours.cores == 0);
}

TEST_CASE("a claim that cannot be read says why") {
    for (const auto& [marker, why] :
         {std::pair{"only-a-name", "wants ID | TEST"},
          {"a | time(x) = 3", "none of the relations"},
          {"a | time(x) > 3 | cores > 2", "is not cores >= N"},
          {"a | time(x) > 3 | cores >= x", "is not a number"},
          {"a | time(x) within 15 of time(y)", "within N % of"},
          {"a | time(x > 3", "has no )"},
          {"a | time(x) > 3 | cores >= 2 | more", "wants ID | TEST"}})
        CHECK_THROWS_WITH(read_claim("claim", marker), contains(why));
    CHECK_THROWS_WITH(read_claim("seed", "a | time(x) > 3"),
                      contains("wants ID | WHERE"));
}

static verdict judged(const std::string& test, std::size_t claims = 1) {
    static const chapter one = made_chapter();
    return judge(read_claim("claim", "a | " + test), claims, cores_of(one),
                 {&one});
}

TEST_CASE("verdicts") {
    const std::string fast = "figure(fast, rows_per_s)",
                      slow = "figure(slow, rows_per_s)",
                      same = "figure(slow@cpus=1, rows_per_s)";
    CHECK(judged(fast + " > 1.5 * " + slow).given == answer::holds);
    CHECK(judged(slow + " < 0.6 * " + fast).given == answer::holds);
    CHECK(judged("time(fast) < time(slow)").given == answer::holds);
    CHECK(judged(fast + " < " + slow).given == answer::does_not_hold);
    CHECK(judged(fast + " >= 2.5 * " + slow).given == answer::does_not_hold);
    CHECK(judged(fast + " > 2.0 * " + slow).given == answer::undecided);
    CHECK(judged(same + " > " + slow).given == answer::undecided);
    CHECK(judged(same + " within 10 % of " + slow).given == answer::holds);
    CHECK(judged(same + " within 1 % of " + slow).given == answer::undecided);
    CHECK(judged(fast + " within 10 % of " + slow).given
          == answer::does_not_hold);
    CHECK(judged(fast + " > 150").given == answer::holds);
    CHECK(judged(fast + " within 10 % of 150").given == answer::does_not_hold);
    CHECK_THROWS_WITH(judged("150 > " + fast), contains("on its left side"));
    // Three rounds are too few for any verdict.
    CHECK(judged("time(peer) < time(slow)").given == answer::undecided);

    const verdict found = judged(fast + " > 1.5 * " + slow);
    CHECK(found.ratio * found.factor == Approx(2).epsilon(0.01));
    CHECK(judged("2 * " + fast + " > 300").ratio * 300
          == Approx(400).epsilon(0.01));
    CHECK(found.low < found.ratio);
    CHECK(found.ratio < found.high);
}

TEST_CASE("a machine's own noise widens the interval") {
    chapter noisy = made_chapter();
    auto& again = noisy.problems[0].labels[0].again;
    for (sample& one : again) // 2.2 times as fast as itself
        one.printed.figures["rows_per_s"] = "220";
    const claim test = read_claim(
        "claim", "a | figure(fast, rows_per_s) > figure(slow, rows_per_s)");
    CHECK(judge(test, 1, 2, {&noisy}).given == answer::undecided);
}

TEST_CASE("counts must hold in every round") {
    chapter one = made_chapter();
    const auto verdict_of = [&](const std::string& test) {
        return judge(read_claim("claim", "a | " + test), 1, 2, {&one}).given;
    };
    CHECK(verdict_of("figure(slow, commits) == 300") == answer::holds);
    CHECK(verdict_of("figure(slow, commits) == figure(fast, commits)")
          == answer::holds);
    CHECK(verdict_of("figure(slow, commits) > 0") == answer::holds);
    const verdict more_than_none = judge(
        read_claim("claim", "a | figure(slow, commits) > 0"), 1, 2, {&one});
    CHECK(more_than_none.against_factor(more_than_none.ratio) == 300);
    CHECK(verdict_of("figure(slow, commits) within 1 % of 302")
          == answer::holds);
    one.problems[0].labels[0].samples[7].printed.figures["commits"] = "299";
    CHECK(verdict_of("figure(slow, commits) == 300") == answer::does_not_hold);
    CHECK_THROWS_WITH(verdict_of("time(slow) == 1"), contains("for counts"));
    CHECK_THROWS_WITH(verdict_of("2 > 1"), contains("on its left side"));
}

TEST_CASE("what cannot be measured here has a reason") {
    CHECK(judged("time(absent) < time(slow)").given == answer::not_measured);
    CHECK(judged("time(absent) < time(slow)").why
          == "absent was not measured: no such tool");
    CHECK(judged("time(fast) < time(slow) | cores >= 2").given
          == answer::holds);
    const verdict found = judged("time(fast) < time(slow) | cores >= 3");
    CHECK(found.given == answer::not_measured);
    CHECK(found.why == "needs 3 cores");
}

TEST_CASE("cores, by affinity and quota") {
    chapter one;
    CHECK(cores_of(one) == 0);
    one.machine = {{"CPUs we may use", "4"}};
    CHECK(cores_of(one) == 4);
    one.machine = {{"CPUs we may use", "4, quota 1.5"}};
    CHECK(cores_of(one) == 1.5);
}

// --- Timings made up to mislead
// -------------------------------------------------

static label timed(const std::string& name, const std::vector<double>& all) {
    label made;
    made.name = name;
    for (const double seconds : all)
        made.samples.push_back({run{seconds, seconds, 0, 0}, {}});
    return made;
}

// The verdict on time(b) RELATION time(a), of these times in seconds; a runs
// twice in each round.
static answer of_times(const std::string& test, const std::vector<double>& a,
                       const std::vector<double>& again,
                       const std::vector<double>& b) {
    chapter one;
    one.problems = {{"p", "P", "time", {timed("a", a), timed("b", b)}, {}}};
    one.problems[0].labels[0].again = timed("a", again).samples;
    return judge(read_claim("claim", "x | " + test), 1, 2, {&one}).given;
}

// About one second, by one or two percent more or less.
static const std::vector<double> calm = {1.00, 1.01, 0.99, 1.02, 1.00,
                                         0.98, 1.01, 1.00, 0.99, 1.01},
                                 calm_again = {1.01, 1.00, 1.00, 0.99, 1.01,
                                               1.00, 0.98, 1.01, 1.00, 1.00},
                                 calm_too = {0.99, 1.01, 1.01, 1.00, 0.98,
                                             1.01, 1.00, 1.00, 1.02, 0.99};

static std::vector<double> times(double factor, std::vector<double> all) {
    for (double& one : all)
        one *= factor;
    return all;
}

static std::vector<double> twice(std::vector<double> all) {
    all.insert(all.end(), all.begin(), all.begin() + 10);
    return all;
}

TEST_CASE("a clear difference, a small one, and none") {
    const auto slower = [](double factor) {
        return of_times("time(b) > time(a)", calm, calm_again,
                        times(factor, calm_too));
    };
    CHECK(slower(1.5) == answer::holds);
    CHECK(slower(1.1) == answer::holds);
    CHECK(slower(1.01) == answer::undecided);
    CHECK(slower(1) == answer::undecided);
    CHECK(slower(0.9) == answer::does_not_hold);
    CHECK(of_times("time(b) within 10 % of time(a)", calm, calm_again, calm_too)
          == answer::holds);
}

TEST_CASE("equal times are neither more nor less") {
    const std::vector<double> same(10, 0.25);
    for (const char* relation : {"<", ">", "<=", ">="})
        CHECK(of_times(std::string("time(b) ") + relation + " time(a)", same,
                       same, same)
              == answer::undecided);
    CHECK(of_times("time(b) within 1 % of time(a)", same, same, same)
          == answer::holds);
}

TEST_CASE("times of zero, or that are no numbers, decide nothing") {
    for (const double bad : {0.0, std::nan(""), HUGE_VAL}) {
        auto broken = times(2, calm_too);
        broken[4] = bad;
        CHECK(of_times("time(b) > time(a)", calm, calm_again, broken)
              == answer::undecided);
        CHECK(of_times("time(a) < time(b)", calm, calm_again, broken)
              == answer::undecided);
    }
}

TEST_CASE("few rounds decide nothing") {
    for (std::size_t rounds = 1; rounds <= 5; ++rounds) {
        const std::vector<double> one(rounds, 1), other(rounds, 3);
        CHECK(of_times("time(b) > time(a)", one, one, other)
              == answer::undecided);
    }
}

TEST_CASE("one wild round may leave it undecided, but turns nothing around") {
    auto wild = times(1.5, calm_too);
    wild[3] = 0.001;
    CHECK(of_times("time(b) > time(a)", calm, calm_again, wild)
          == answer::undecided);
    auto many = twice(times(1.5, calm_too)); // twenty rounds
    many[3] = 0.001;
    CHECK(of_times("time(b) > time(a)", twice(calm), twice(calm_again), many)
          == answer::holds);
    many[3] = 1000;
    CHECK(of_times("time(b) > time(a)", twice(calm), twice(calm_again), many)
          == answer::holds);
}

TEST_CASE("of figures of one run only what their ratio scatters counts") {
    const auto printed = [](const std::vector<double>& speeds) {
        label made;
        made.name = "both";
        for (const double speed : speeds) {
            sample one{run{1, 1, 0, 0}, {}};
            one.printed.figures = {{"one_s", std::to_string(1 / speed)},
                                   {"two_s", std::to_string(1.2 / speed)}};
            made.samples.push_back(one);
        }
        return made;
    };
    // The machine is half as fast in some rounds, but both figures are.
    label both = printed({1, 2, 1, 1, 2, 1, 2, 2, 1, 1});
    both.again = printed({2, 1, 1, 2, 1, 1, 1, 2, 2, 1}).samples;
    label other = printed({1, 1, 2, 2, 1, 2, 1, 1, 2, 2});
    other.name = "other";
    chapter one;
    one.problems = {{"p", "P", "one_s", {both, other}, {}}};
    const auto verdict_of = [&](const std::string& test) {
        return judge(read_claim("claim", "a | " + test), 1, 2, {&one}).given;
    };
    for (const std::string name : {"both", "other"})
        CHECK(verdict_of("figure(" + name + ", two_s) > 1.1 * figure(" + name
                         + ", one_s)")
              == answer::holds);
    CHECK(verdict_of("figure(other, two_s) > 1.1 * figure(both, one_s)")
          == answer::undecided);
}

TEST_CASE("what has no time has no verdict, and says why") {
    chapter one = made_chapter();
    const auto verdict_with = [&](const std::string& trouble) {
        one.problems[0].labels[1].trouble = trouble;
        return judge(read_claim("claim", "a | time(fast) < time(slow)"), 1, 2,
                     {&one});
    };
    for (const char* trouble :
         {"wrong result", "no measurement (03.fast.json: no file)",
          "failed with exit status 1"}) {
        const verdict found = verdict_with(trouble);
        CHECK(found.given == answer::not_measured);
        CHECK(found.why == std::string("fast: ") + trouble);
    }
}

TEST_CASE("a round that its program calls unreliable is left out") {
    chapter one;
    one.problems = {{"p",
                     "P",
                     "time",
                     {timed("a", calm), timed("b", times(2, calm_too))},
                     {}}};
    one.problems[0].labels[0].again = timed("a", calm_again).samples;
    const auto judged = [&] {
        return judge(
            read_claim("claim", "x | figure(b, took_s) > figure(a, took_s)"), 1,
            2, {&one});
    };
    const auto spoil = [&](std::size_t of, std::size_t round) {
        one.problems[0].labels[of].samples[round].printed.figures = {
            {"unreliable", "others are busy"}};
    };
    for (label& of : one.problems[0].labels)
        for (sample& s : of.samples)
            s.printed.figures = {{"took_s", fmt::format("{}", s.timed->wall)}};
    const verdict all = judged();
    CHECK(all.given == answer::holds);
    CHECK(all.left_out == 0);

    spoil(1, 2);
    spoil(0, 5);
    const verdict fewer = judged();
    CHECK(fewer.given == answer::holds);
    CHECK(fewer.left_out == 2);
    CHECK(fewer.ratio == Approx(all.ratio).epsilon(0.05));
    CHECK_THAT(explained(read_claim("claim", "x | time(a) > 1"), fewer),
               contains("without 2 of the rounds"));

    // More than half of a label's rounds: it was not measured.
    REQUIRE(calm.size() == 10);
    for (std::size_t round = 3; round < 7; ++round)
        spoil(1, round);
    CHECK(judged().given != answer::not_measured);
    spoil(1, 7);
    const verdict found = judged();
    CHECK(found.given == answer::not_measured);
    CHECK(found.why == "b: others are busy");
}

// --- reference.json
// -------------------------------------------------------------

TEST_CASE("a reference gives back what was measured") {
    const chapter before = made_chapter();
    const std::string json = to_reference(before);
    const chapter after = read_reference(json);
    CHECK(after.title == before.title);
    CHECK(after.machine == before.machine);
    REQUIRE(after.problems.size() == 1);
    const problem &a = before.problems[0], &b = after.problems[0];
    CHECK(b.figure == a.figure);
    CHECK(b.notes == a.notes);
    REQUIRE(b.labels.size() == a.labels.size());
    for (std::size_t i = 0; i < a.labels.size(); ++i) {
        CHECK(b.labels[i].name == a.labels[i].name);
        CHECK(b.labels[i].kind == a.labels[i].kind);
        CHECK(b.labels[i].trouble == a.labels[i].trouble);
        CHECK(values(b, b.labels[i].samples) == values(a, a.labels[i].samples));
        CHECK(values(b, b.labels[i].again) == values(a, a.labels[i].again));
        CHECK(cores_busy(b.labels[i].samples)
              == cores_busy(a.labels[i].samples));
    }
    CHECK(b.labels[0].samples[0].printed.configuration == "slow says");
    CHECK(to_reference(after) == json);
}

TEST_CASE("there is no reference of what went wrong") {
    chapter bad = made_chapter();
    bad.problems[0].labels[1].trouble = "wrong result";
    CHECK_THROWS_WITH(to_reference(bad), contains("fast: wrong result"));
    bad = made_chapter();
    bad.warnings = {"machine.json: not there"};
    CHECK_THROWS_WITH(to_reference(bad), contains("machine.json: not there"));
    CHECK_THROWS_WITH(to_reference(chapter{}), contains("nothing"));
    for (const char* text : {"", "{}", "[]", R"({"title": 1})"})
        CHECK_THROWS_WITH(read_reference(text), contains("cannot be read"));
}
