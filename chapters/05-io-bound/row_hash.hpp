// A checksum of rows: count and sum prove that a table holds what it should.
#pragma once

#include "04-data-parallelism/sample.hpp"

#include <bit>
#include <charconv>
#include <cstdint>
#include <string_view>

// 64 bits that any change of a row changes: FNV-1a of its id, then a mixing
// step for each of its numbers, so that two changes do not cancel out.
struct row_hash {
    std::uint64_t value = 0xcbf29ce484222325;

    explicit row_hash(std::string_view id) {
        for (const char c : id)
            value = (value ^ static_cast<unsigned char>(c)) * 0x100000001b3;
    }
    void add(double number) {
        value = splitmix64(value ^ std::bit_cast<std::uint64_t>(number), 0);
    }
};

// The hash of a row as COPY writes it; of anything else, some other number.
inline std::uint64_t hash_of_line(std::string_view line) {
    auto tab = line.find('\t');
    row_hash hash(line.substr(0, tab));
    while (tab != line.npos) {
        line.remove_prefix(tab + 1);
        tab = line.find('\t');
        double number = -1;
        std::from_chars(line.data(), line.data() + line.size(), number);
        hash.add(number);
    }
    return hash.value;
}
