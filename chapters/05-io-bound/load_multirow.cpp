// load_multirow: a hundred rows in each INSERT, which is one round trip and one
// transaction.
//
//     tools/with_postgres.sh build/bin/load_multirow --rows 10000 --batch 100
#include "samples_table.hpp"

#include <deque>
#include <vector>

//> send
// Inserts rows [first, end) in one statement, prepared for so many.
static void send_rows(pg_connection& db, const std::string& statement,
                      sample_source source, std::int64_t first,
                      std::int64_t end) {
    std::deque<row_as_text> rows; // never moves what is in it
    std::vector<const char*> values;
    for (std::int64_t row = first; row < end; ++row)
        for (const char* column : rows.emplace_back(source, row).columns())
            values.push_back(column);
    db.execute(statement, values);
}
//< send

int main(int argc, char** argv) try {
    load_job job;
    job.workers = 1;
    std::int64_t batch = 100; // a statement has at most 65535 parameters
    load_options("load_multirow", "Loads samples, many rows a statement.", job)
        .number("batch", batch, 1, 65'535 / column_count, "rows per statement")
        .parse(argc, argv);
    samples_load load(job);
    pg_connection& db = load.session();
    const sample_source source(static_cast<std::uint64_t>(job.seed));
    const auto rest = static_cast<std::size_t>(job.rows % batch);
    if (job.rows >= batch)
        db.prepare("insert_batch",
                   insert_rows(static_cast<std::size_t>(batch)));
    if (rest > 0)
        db.prepare("insert_rest", insert_rows(rest));

    load.start();
    for (std::int64_t row = 0; row < job.rows; row += batch) {
        const std::int64_t end = std::min(row + batch, job.rows);
        for (std::int64_t next = row; next < end; ++next)
            load.row_begins();
        send_rows(db, end - row == batch ? "insert_batch" : "insert_rest",
                  source, row, end);
    }
    return load.finish();
} catch (...) {
    return failed("load_multirow");
}
