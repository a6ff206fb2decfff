// Thrift's compact protocol, the part of it that a Parquet header needs.
// Source: thrift-compact-protocol.md of Apache Thrift.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

// A struct is a list of fields, each with the distance to the id of the field
// before it, and ends with a zero byte.
class thrift {
  public:
    enum type { i32 = 5, i64 = 6, binary = 8, list = 9, structure = 12 };

    explicit thrift(std::vector<std::byte>& out) : out_(out) {}

    void number(int id, type kind, std::int64_t value) {
        field(id, kind);
        // Zigzag: 0, -1, 1, -2 become 0, 1, 2, 3.
        varint((static_cast<std::uint64_t>(value) << 1)
               ^ static_cast<std::uint64_t>(value >> 63));
    }
    void text(int id, std::string_view value) {
        field(id, binary);
        bare_text(value);
    }
    void bare_text(std::string_view value) {
        varint(value.size());
        for (const char c : value)
            byte(static_cast<std::uint8_t>(c));
    }
    void bare_number(std::int64_t value) {
        varint(static_cast<std::uint64_t>(value) << 1);
    }
    // A list's elements follow: structs between begin() and end(), or bare
    // values.
    void elements(int id, type kind, std::size_t count) {
        field(id, list);
        byte(static_cast<std::uint8_t>((count < 15 ? count : 15) << 4 | kind));
        if (count >= 15)
            varint(count);
    }
    void member(int id) {
        field(id, structure);
        begin();
    }
    void begin() { last_ids_.push_back(0); }
    void end() {
        byte(0);
        last_ids_.pop_back();
    }

  private:
    void field(int id, type kind) {
        byte(static_cast<std::uint8_t>((id - last_ids_.back()) << 4 | kind));
        last_ids_.back() = id;
    }
    void varint(std::uint64_t value) {
        for (; value >= 0x80; value >>= 7)
            byte(static_cast<std::uint8_t>(value | 0x80));
        byte(static_cast<std::uint8_t>(value));
    }
    void byte(std::uint8_t value) { out_.push_back(std::byte{value}); }

    std::vector<std::byte>& out_;
    std::vector<int> last_ids_;
};
