// Writes Apache Parquet, the least of it that other programs read: one page
// per column chunk, PLAIN encoding, no compression, no nulls, no statistics.
// Source: parquet-format (README.md, Encodings.md, parquet.thrift).
//
//     "PAR1"  row group, row group, ...  footer  length of the footer  "PAR1"
//
// A row group holds every column of some rows: a page header and the bare
// values, column by column. The caller writes the values straight into the
// buffer that goes to the file.
#pragma once

#include "output_file.hpp"
#include "thrift.hpp"

#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

static_assert(std::endian::native == std::endian::little,
              "Parquet is little-endian, and values are copied as they are");

class parquet_writer {
  public:
    // The numbers are those of parquet.thrift. A text value is its length
    // (32 bits) and its bytes; a real is a double.
    enum class type { real = 5, text = 6 };
    struct column {
        std::string name;
        type kind;
    };

    // `buffer` is working memory. A worker that writes many files hands the
    // same one to each writer: fresh memory costs more than the values do.
    parquet_writer(output_file& file, std::vector<column> columns,
                   std::vector<std::byte>& buffer);

    // Room for the values of one column of a row group of `rows` rows, valid
    // until the next call; to be called once per column, in their order.
    // A page is limited to 2 GiB: choose row groups accordingly.
    std::span<std::byte> next_column(std::int64_t rows, std::size_t bytes);

    // Writes what is buffered. The memory is used again for the next group.
    void flush();

    // Writes the footer (FileMetaData). The file is complete after it.
    void finish();

  private:
    enum encoding { plain = 0, rle = 3 };
    struct chunk {
        std::size_t offset, bytes;
    };

    void append(std::string_view text);
    void schema(thrift& footer) const;
    void row_group(thrift& footer, std::size_t group) const;

    output_file& file_;
    std::vector<column> columns_;
    std::vector<std::byte>& buffer_;
    std::vector<std::int64_t> group_rows_;
    std::vector<chunk> chunks_;
    std::size_t written_ = 0;
};
