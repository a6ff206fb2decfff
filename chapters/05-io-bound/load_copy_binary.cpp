// load_copy_binary: load_copy with the bytes of the numbers instead of their
// digits: nobody has to print and read them.
//
//     tools/with_postgres.sh build/bin/load_copy_binary --rows 1000000
#include "copy_format.hpp"
#include "samples_table.hpp"

#include <bit>

// The number of columns, and each with its length before it.
static void append_row(std::string& bytes, sample_source source,
                       std::uint64_t row) {
    append_bytes(bytes, static_cast<std::uint16_t>(column_count));
    std::array<char, id_length> id;
    source.id(row, id.data());
    append_bytes(bytes, static_cast<std::uint32_t>(id_length));
    bytes.append(id.data(), id_length);
    for (std::size_t c = 0; c < class_count; ++c) {
        append_bytes(bytes, static_cast<std::uint32_t>(sizeof(double)));
        append_bytes(bytes,
                     std::bit_cast<std::uint64_t>(source.probability(row, c)));
    }
}

int main(int argc, char** argv) try {
    load_job job;
    job.workers = 1;
    load_options("load_copy_binary", "Loads samples by COPY, as bytes.", job)
        .parse(argc, argv);
    samples_load load(job);
    pg_connection& db = load.session();
    const sample_source source(static_cast<std::uint64_t>(job.seed));

    load.start();
    db.copy_begin(
        fmt::format("COPY {} FROM STDIN (FORMAT binary)", samples_table));
    std::string bytes = binary_begin;
    for (std::int64_t row = 0; row < job.rows; ++row) {
        load.row_begins();
        append_row(bytes, source, static_cast<std::uint64_t>(row));
        if (bytes.size() > 65'536) {
            db.copy_send(bytes);
            bytes.clear();
        }
    }
    db.copy_send(bytes + binary_end);
    db.copy_end(job.rows);
    return load.finish();
} catch (...) {
    return failed("load_copy_binary");
}
