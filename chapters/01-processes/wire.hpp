// What can travel from one process to another: values that are all in their
// bytes. Python calls the bytes a pickle.
#pragma once

#include <concepts>
#include <cstdint>
#include <cstring>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

// A pointer has bytes too, but they mean nothing in another process; nor do
// those of a view, which is a pointer and a length. (A pointer inside a struct
// the compiler does not see.)
template<class T>
concept flat = std::is_trivially_copyable_v<T> && std::default_initializable<
                   T> && !std::is_pointer_v<T> && !std::ranges::enable_view<T>;

template<class T>
inline constexpr bool is_wire = flat<T>;
template<>
inline constexpr bool is_wire<std::string> = true;
template<class T>
inline constexpr bool is_wire<std::vector<T>> =
    is_wire<T> && !std::is_same_v<T, bool>; // its elements are no objects

template<class T>
concept wire_type = is_wire<T>;

template<flat T>
void put(std::string& out, const T& value) {
    out.append(reinterpret_cast<const char*>(&value), sizeof value);
}
inline void put(std::string& out, const std::string& text) {
    put(out, std::uint64_t{text.size()});
    out += text;
}
template<wire_type T>
void put(std::string& out, const std::vector<T>& values) {
    put(out, std::uint64_t{values.size()});
    for (const T& value : values)
        put(out, value);
}

// Takes a value off the front of `in`. Throws runtime_error if `in` is too
// short to hold one. What it claims to hold is not allocated before it is
// there.
template<flat T>
void take(std::string_view& in, T& value) {
    if (in.size() < sizeof value)
        throw std::runtime_error("a message that is too short");
    std::memcpy(&value, in.data(), sizeof value);
    in.remove_prefix(sizeof value);
}
inline std::uint64_t take_size(std::string_view& in) {
    std::uint64_t size = 0;
    take(in, size);
    if (size > in.size()) // every element has at least one byte
        throw std::runtime_error("a message that is too short");
    return size;
}
inline void take(std::string_view& in, std::string& text) {
    const std::uint64_t size = take_size(in);
    text = in.substr(0, size);
    in.remove_prefix(size);
}
template<wire_type T>
void take(std::string_view& in, std::vector<T>& values) {
    values.clear();
    for (std::uint64_t left = take_size(in); left > 0; --left)
        take(in, values.emplace_back()); // grows with what has been there
}
template<wire_type T>
T from_wire(std::string_view& in) {
    T value{};
    take(in, value);
    return value;
}
