// samples_gil: the same files under a GIL, as the article's threads had it.
// Bytecode makes the ids; for each it asks the kernel for random bytes, without
// the lock, as Python's uuid4 does. The numbers are made in C++, which may hold
// the lock for a part of them. Files are written without it.
//
//     build/bin/samples_gil --workers 2 --released-percent 100
#include "02-threads/thread_pool.hpp"
#include "03-gil/gil.hpp"
#include "03-gil/interpreter.hpp"
#include "samples_file.hpp"

#include <sys/random.h>

// clang-format off
//> make_ids
// n = argument                         # rows
// while n:
//     left = 22                        # so that it is as much as a uuid4()
//     while left: left = left - 1
//     n = make_id(n)                   # of row n - 1, which it returns
static const bytecode make_ids = {
    {op::load, 0}, {op::jump_if_zero, 15},
    {op::push, 22}, {op::store, 1},
    {op::load, 1}, {op::jump_if_zero, 11},
    {op::load, 1}, {op::push, 1}, {op::subtract}, {op::store, 1},
    {op::jump_back, 4},
    {op::load, 0}, {op::call, 0}, {op::store, 0}, {op::jump_back, 0},
    {op::load, 0}, {op::end},
};
//< make_ids
// clang-format on

int main(int argc, char** argv) try {
    std::int64_t released = 100, ids_released = 1, interval_us = 5000;
    const samples_job job = parse_samples_job(
        argc, argv, "samples_gil", "Writes samples, in threads under a GIL.",
        worker_count::several, [&](cli& options) {
            options
                .number("released-percent", released, 0, 100,
                        "of the numbers, made without the lock")
                .number("ids-released", ids_released, 0, 1,
                        "1: the kernel is asked without the lock")
                .number("interval-us", interval_us, 1, 1'000'000,
                        "until a waiter asks for the lock");
        });
    stop_on_signals();
    const stopwatch clock;
    new_gil gil{std::chrono::microseconds(interval_us)};
    std::atomic<double> held_s = 0;
    const auto holding = [&](const auto& body) {
        with_gil(gil, [&] {
            const stopwatch held;
            body();
            held_s += held.seconds();
        });
    };
    //> fill
    const auto fill = [&](const samples_job&, std::size_t column,
                          std::int64_t first, std::span<std::byte> values) {
        if (column == 0) {
            const native make_id = [&](std::int64_t n) {
                const auto ask_kernel = [] { // ours come from elsewhere
                    std::array<char, 16> bytes;
                    check(::getrandom(bytes.data(), bytes.size(), 0),
                          "getrandom");
                };
                if (ids_released == 1)
                    without_gil(gil, ask_kernel);
                else
                    ask_kernel();
                const auto at = static_cast<std::size_t>(n - 1) * id_bytes;
                fill_column(job, 0, first + n - 1,
                            values.subspan(at, id_bytes));
                return n - 1;
            };
            const auto rows = std::int64_t(values.size() / id_bytes);
            holding([&] { interpreter(gil, {make_id}).run(make_ids, rows); });
            return;
        }
        const auto rows = std::int64_t(values.size() / 8);
        const std::int64_t free = rows * released / 100;
        const auto middle = static_cast<std::size_t>(8 * free);
        if (free < rows)
            holding([&] {
                fill_column(job, column, first + free, values.subspan(middle));
            });
        fill_column(job, column, first, values.first(middle));
    };
    //< fill
    thread_pool pool(job.workers);
    std::mutex mutex;
    tally sum; // guarded by it
    pool.parallel_for(job.files(), 1, [&](std::int64_t file) {
        thread_local std::vector<std::byte> buffer; // again for each file
        const tally written = write_file(job, file, buffer, fill);
        const std::lock_guard lock(mutex);
        sum += written;
    });
    if (job.workers == 1 && ids_released == 0) // or it has waited meanwhile
        fmt::print("held_percent: {:.1f}\n", 100 * held_s / clock.seconds());
    fmt::print("handoffs: {}\n", gil.counts().handoffs);
    return finish_samples(job, sum, clock);
} catch (...) {
    return failed("samples_gil");
}
