#include "../parquet.hpp"

#include <limits>
#include <stdexcept>
#include <utility>

parquet_writer::parquet_writer(output_file& file, std::vector<column> columns,
                               std::vector<std::byte>& buffer)
    : file_(file), columns_(std::move(columns)), buffer_(buffer) {
    buffer_.clear();
    append("PAR1");
}

std::span<std::byte> parquet_writer::next_column(std::int64_t rows,
                                                 std::size_t bytes) {
    if (chunks_.size() % columns_.size() == 0)
        group_rows_.push_back(rows);
    const std::size_t start = buffer_.size();
    thrift page(buffer_); // PageHeader
    page.begin();
    page.number(1, thrift::i32, 0); // a data page
    page.number(2, thrift::i32, static_cast<std::int64_t>(bytes));
    page.number(3, thrift::i32, static_cast<std::int64_t>(bytes));
    page.member(5); // DataPageHeader
    page.number(1, thrift::i32, rows);
    page.number(2, thrift::i32, plain);
    page.number(3, thrift::i32, rle); // levels, of which there are none
    page.number(4, thrift::i32, rle);
    page.end();
    page.end();
    const std::size_t values = buffer_.size();
    buffer_.resize(values + bytes);
    chunks_.push_back({written_ + start, buffer_.size() - start});
    return std::span(buffer_).subspan(values);
}

void parquet_writer::flush() {
    file_.write(buffer_);
    written_ += buffer_.size();
    buffer_.clear();
}

void parquet_writer::finish() {
    const std::size_t start = buffer_.size();
    thrift footer(buffer_);
    footer.begin();
    footer.number(1, thrift::i32, 1); // version
    footer.elements(2, thrift::structure, 1 + columns_.size());
    schema(footer);
    std::int64_t rows = 0;
    for (const std::int64_t group : group_rows_)
        rows += group;
    footer.number(3, thrift::i64, rows);
    footer.elements(4, thrift::structure, group_rows_.size());
    for (std::size_t g = 0; g < group_rows_.size(); ++g)
        row_group(footer, g);
    footer.text(6, "Many Hands");
    footer.end();
    if (buffer_.size() - start > std::numeric_limits<std::int32_t>::max())
        throw std::runtime_error("too many groups of rows for one file");
    const auto length = static_cast<std::uint32_t>(buffer_.size() - start);
    for (int shift = 0; shift < 32; shift += 8)
        buffer_.push_back(std::byte(length >> shift & 0xff));
    append("PAR1");
    flush();
}

void parquet_writer::append(std::string_view text) {
    for (const char c : text)
        buffer_.push_back(std::byte(c));
}

void parquet_writer::schema(thrift& footer) const {
    footer.begin(); // the root
    footer.text(4, "schema");
    footer.number(5, thrift::i32, static_cast<std::int64_t>(columns_.size()));
    footer.end();
    for (const column& c : columns_) {
        footer.begin();
        footer.number(1, thrift::i32, static_cast<int>(c.kind));
        footer.number(3, thrift::i32, 0); // required: never null
        footer.text(4, c.name);
        if (c.kind == type::text)
            footer.number(6, thrift::i32, 0); // UTF8
        footer.end();
    }
}

void parquet_writer::row_group(thrift& footer, std::size_t group) const {
    footer.begin();
    footer.elements(1, thrift::structure, columns_.size());
    std::size_t bytes = 0;
    for (std::size_t c = 0; c < columns_.size(); ++c) {
        const chunk& place = chunks_[group * columns_.size() + c];
        bytes += place.bytes;
        const auto offset = static_cast<std::int64_t>(place.offset);
        const auto size = static_cast<std::int64_t>(place.bytes);
        footer.begin();
        footer.number(2, thrift::i64, offset);
        footer.member(3); // ColumnMetaData
        footer.number(1, thrift::i32, static_cast<int>(columns_[c].kind));
        footer.elements(2, thrift::i32, 1);
        footer.bare_number(plain);
        footer.elements(3, thrift::binary, 1);
        footer.bare_text(columns_[c].name);
        footer.number(4, thrift::i32, 0); // not compressed
        footer.number(5, thrift::i64, group_rows_[group]);
        footer.number(6, thrift::i64, size);
        footer.number(7, thrift::i64, size);
        footer.number(9, thrift::i64, offset);
        footer.end();
        footer.end();
    }
    footer.number(2, thrift::i64, static_cast<std::int64_t>(bytes));
    footer.number(3, thrift::i64, group_rows_[group]);
    footer.end();
}
