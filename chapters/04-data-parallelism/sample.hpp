// The samples that chapters 04 to 07 generate and load: what a classifier
// said of one client. A sample is a pure function of (seed, row), so any
// worker can make any row, in any order, and all get the same rows.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

inline constexpr std::size_t class_count = 10;
inline constexpr std::size_t id_length = 36;

// The n-th number of the SplitMix64 sequence that starts at `start`. It is
// computed from n alone: a counter-based generator has no state to share, to
// copy by fork or to forget to seed.
// Source: Steele, Lea, Flood, "Fast splittable pseudorandom number
// generators", OOPSLA 2014, with the constants of Vigna's splitmix64.c.
constexpr std::uint64_t splitmix64(std::uint64_t start, std::uint64_t n) {
    std::uint64_t z = start + (n + 1) * 0x9e3779b97f4a7c15;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
}

class sample_source {
  public:
    explicit constexpr sample_source(std::uint64_t seed)
        // Mixed, because the sequences of seeds 1 and 2 would otherwise be
        // one sequence, entered at different places.
        : start_(splitmix64(seed, 0)) {}

    // Class `c` (0 to 9) of a row: uniform in [0, 1), a multiple of 2^-53,
    // so that no digit is lost in a double.
    constexpr double probability(std::uint64_t row, std::size_t c) const {
        const std::uint64_t bits = number(row, 2 + c) >> 11;
        return static_cast<double>(static_cast<std::int64_t>(bits)) * 0x1p-53;
    }

    // Writes the row's id_client, a random UUID (RFC 4122, version 4) such as
    // 0c1d2e3f-0a1b-4c2d-9e3f-000102030405: 36 characters, no zero byte.
    void id(std::uint64_t row, char* out) const {
        const std::uint64_t high =
            (number(row, 0) & 0xffffffffffff0fff) | 0x4000;
        const std::uint64_t low =
            (number(row, 1) & 0x3fffffffffffffff) | 0x8000000000000000;
        out = hex(high, 56, 4, out);
        *out++ = '-';
        out = hex(high, 24, 2, out);
        *out++ = '-';
        out = hex(high, 8, 2, out);
        *out++ = '-';
        out = hex(low, 56, 2, out);
        *out++ = '-';
        hex(low, 40, 6, out);
    }

  private:
    constexpr std::uint64_t number(std::uint64_t row, std::size_t i) const {
        return splitmix64(start_, row * (2 + class_count) + i);
    }

    // Writes `bytes` bytes of `value` in hexadecimal, from bit `shift` down.
    static char* hex(std::uint64_t value, int shift, int bytes, char* out) {
        for (; bytes > 0; --bytes, shift -= 8, out += 2) {
            const auto pair = hex_pairs[(value >> shift) & 0xff];
            out[0] = pair[0];
            out[1] = pair[1];
        }
        return out;
    }

    // "00" to "ff": one look-up a byte instead of two divisions.
    static constexpr auto hex_pairs = [] {
        constexpr std::string_view digits = "0123456789abcdef";
        std::array<std::array<char, 2>, 256> pairs{};
        for (std::size_t byte = 0; byte < 256; ++byte)
            pairs[byte] = {digits[byte / 16], digits[byte % 16]};
        return pairs;
    }();

    std::uint64_t start_;
};
