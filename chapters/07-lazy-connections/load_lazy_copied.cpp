// load_lazy_copied: load_lazy as the co-rotinas article has it. There the lazy
// object travels with each chunk of slices, so each chunk gets a copy of its
// own, which connects anew.
//
//     tools/with_postgres.sh build/bin/load_lazy_copied --workers 8
#include "process_load.hpp"

// Several slices, which Python's Pool.map sends as one message.
using chunk = std::vector<slice>;

// As many chunks as Pool.map makes: four for each worker, rounded.
static std::vector<chunk> chunks_of(const std::vector<slice>& slices,
                                    std::int64_t workers) {
    const std::int64_t wanted = 4 * workers,
                       size = (std::ssize(slices) + wanted - 1) / wanted;
    std::vector<chunk> all;
    for (const slice& one : slices) {
        if (all.empty() || std::ssize(all.back()) == size)
            all.emplace_back();
        all.back().push_back(one);
    }
    return all;
}

int main(int argc, char** argv) try {
    process_job job;
    job.rows = 2'000;
    load_options("load_lazy_copied", "Loads samples, a connection a chunk.",
                 job)
        .number("workers", job.workers, 1, 1000, "processes")
        .number("batch", job.batch, 1, 1'000'000, "rows of a slice")
        .parse(argc, argv);
    stop_on_signals();
    samples_load load(job);
    const sample_source source(static_cast<std::uint64_t>(job.seed));
    crew all(load, job.workers);
    //> pool
    const lazy_connection db(prepare_insert);
    process_pool<chunk, slice_loaded> pool(
        [&](const chunk& slices) {
            return all.work([&] {
                lazy_connection copy = db; // what unpickling a chunk makes
                for (const slice& rows : slices)
                    load_slice(load, copy.get(), source, rows);
            });
        },
        {.workers = job.workers});
    //< pool
    const auto chunks = chunks_of(slices_of(job.rows, job.batch), job.workers);
    fmt::print("chunks: {}\n", chunks.size());
    return load_by(pool, load, all, job, chunks);
} catch (...) {
    return failed("load_lazy_copied");
}
