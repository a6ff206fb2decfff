// How COPY wants values to be written: as text, or as bytes.
// Source: PostgreSQL documentation, COPY, "Text Format" and "Binary Format".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

//> text
// Appends one column, or a null. A tab ends a column and a line feed a row (or
// a carriage return, if the first row ended so): inside a value they are
// written otherwise, and so is the backslash itself.
inline void append_text(std::string& line,
                        std::optional<std::string_view> value) {
    if (!value)
        line += "\\N";
    for (const char c : value.value_or(""))
        switch (c) {
        case '\\':
            line += "\\\\";
            break;
        case '\t':
            line += "\\t";
            break;
        case '\n':
            line += "\\n";
            break;
        case '\r':
            line += "\\r";
            break;
        default:
            line += c;
        }
}
//< text

//> binary
// As on the wire: highest byte first.
template<class Number>
void append_bytes(std::string& bytes, Number number) {
    for (int shift = 8 * int(sizeof number) - 8; shift >= 0; shift -= 8)
        bytes += static_cast<char>(number >> shift);
}
//< binary

// What comes before the first row, and after the last.
inline const std::string binary_begin =
    std::string("PGCOPY\n\xff\r\n\0", 11) + std::string(8, '\0');
inline const std::string binary_end = "\xff\xff";
