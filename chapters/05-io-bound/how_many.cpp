// how_many: throughput by the number of connections, measured; and from four
// of these numbers, what the scalability law says of the others and of the
// best. Under tools/with_postgres.sh:
//
//     build/bin/delay_proxy --rtt-us 1000 build/bin/how_many
#include "02-threads/thread_pool.hpp"
#include "samples_table.hpp"
#include "scalability_law.hpp"

#include <array>
#include <map>

static double middle(std::vector<double> all) {
    std::sort(all.begin(), all.end());
    return all[all.size() / 2];
}

//> commit
// All sessions commit one row after the other until the time is over; rows a
// second. `next` is the first row that nobody has taken.
static double commit_rows(std::span<pg_connection> sessions,
                          sample_source source, double seconds,
                          std::atomic<std::int64_t>& next) {
    const auto workers = static_cast<std::int64_t>(sessions.size());
    thread_pool pool(workers);
    const std::int64_t first = next;
    const stopwatch clock;
    pool.parallel_for(workers, 1, [&](std::int64_t worker) {
        pg_connection& db = sessions[static_cast<std::size_t>(worker)];
        while (clock.seconds() < seconds) {
            const row_as_text values(source, next++);
            db.run("BEGIN");
            db.execute("insert_sample", values.columns());
            db.run("COMMIT");
        }
    });
    return double(next - first) / clock.seconds();
}
//< commit

int main(int argc, char** argv) try {
    constexpr std::array<std::size_t, 9> numbers = {1,  2,  4,  8, 16,
                                                    32, 48, 64, 96};
    constexpr std::array<std::size_t, 4> fitted = {1, 8, 32, 96};
    load_job job;
    job.workers = numbers.back(); // at most
    job.rows = 0;
    std::int64_t rounds = 3, ms = 200;
    cli("how_many", "Looks for the best number of connections.")
        .number("rounds", rounds, 1, 1000, "of each number; medians")
        .number("ms", ms, 1, 60'000, "time for each")
        .number("seed", job.seed, 0, 1'000'000'000, "other seed, other rows")
        .parse(argc, argv);
    samples_load load(job);
    std::vector<pg_connection> sessions(numbers.back());
    for (pg_connection& db : sessions)
        prepare_insert(db);
    const sample_source source(static_cast<std::uint64_t>(job.seed));

    std::map<std::size_t, std::vector<double>> rates, flushes; // one a round
    std::atomic<std::int64_t> next = 0;
    for (std::int64_t round = 0; round < rounds; ++round)
        for (const std::size_t n : numbers) {
            const std::span used(sessions.data(), n);
            samples_load::sessions known;
            for (pg_connection& db : used)
                known.push_back(&db);
            const auto before = load.syncs(known);
            const std::int64_t first = next;
            rates[n].push_back(
                commit_rows(used, source, double(ms) / 1000, next));
            if (const auto after = load.syncs(known); after)
                flushes[n].push_back(double(*after - *before)
                                     / double(next - first));
        }

    std::vector<std::pair<double, double>> points;
    points.reserve(fitted.size());
    for (const std::size_t n : fitted)
        points.emplace_back(double(n), middle(rates[n]));
    const scalability_law law = fit_scalability(points);
    double worst = 0;
    std::size_t best = 1;
    fmt::print(
        "connections  rows a second    law  times one  flushes a commit\n");
    for (const std::size_t n : numbers) {
        const double rate = middle(rates[n]), said = law.at(double(n));
        const bool known =
            std::find(fitted.begin(), fitted.end(), n) != fitted.end();
        worst = std::max(worst, known ? 0.0 : std::abs(said / rate - 1));
        best = rate > middle(rates[best]) ? n : best;
        fmt::print("{:11} {:14.0f} {:6.0f}{} {:9.1f} {:>17}\n", n, rate, said,
                   known ? "*" : " ", rate / middle(rates[1]),
                   flushes[n].empty()
                       ? "not available"
                       : fmt::format("{:.2f}", middle(flushes[n])));
    }
    fmt::print("* the law was fitted to these\n");
    fmt::print("rtt_us: {:.0f}\n", load.round_trip_us());
    fmt::print("contention_percent: {:.2f}\n", 100 * law.contention);
    fmt::print("coherence_percent: {:.4f}\n", 100 * law.coherence);
    fmt::print("worst_miss_percent: {:.0f}\n", 100 * worst);
    fmt::print("best_predicted: {:.0f}\nbest_found: {}\n", law.best(), best);
    fmt::print("rows: {}\n", next.load());
    return finish<std::string>(load.holds_exactly(next) ? "all rows" : "others",
                               "all rows");
} catch (...) {
    return failed("how_many");
}
