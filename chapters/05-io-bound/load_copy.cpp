// load_copy: all rows as one stream, in one transaction: PostgreSQL's COPY.
// What a loader does when nobody has to see the rows one by one.
//
//     tools/with_postgres.sh build/bin/load_copy --rows 1000000
#include "samples_table.hpp"

int main(int argc, char** argv) try {
    load_job job;
    job.workers = 1;
    load_options("load_copy", "Loads samples by COPY, in one transaction.", job)
        .parse(argc, argv);
    samples_load load(job);
    pg_connection& db = load.session();
    const sample_source source(static_cast<std::uint64_t>(job.seed));

    load.start();
    //> stream
    // A row is a line with tabs between its columns. No escaping here: our
    // values hold digits, dots, dashes and the letters a to f.
    db.copy_begin(fmt::format("COPY {} FROM STDIN", samples_table));
    std::string lines;
    for (std::int64_t row = 0; row < job.rows; ++row) {
        load.row_begins();
        const row_as_text values(source, row);
        for (const char* column : values.columns())
            lines.append(column).append("\t");
        lines.back() = '\n';
        if (lines.size() > 65'536) {
            db.copy_send(lines);
            lines.clear();
        }
    }
    db.copy_send(lines);
    db.copy_end(job.rows);
    //< stream
    return load.finish();
} catch (...) {
    return failed("load_copy");
}
