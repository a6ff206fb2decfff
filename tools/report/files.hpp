// Whole files, read and written at once.
#pragma once

#include <fmt/core.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

// Throws std::runtime_error if it is not there, or a directory.
inline std::string read_text(const std::filesystem::path& path) {
    std::ifstream in(path, std::ios::binary);
    if (!in || std::filesystem::is_directory(path))
        throw std::runtime_error(fmt::format("no file {}", path.string()));
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
}

inline std::vector<std::string> split_lines(const std::string& text) {
    std::istringstream in(text);
    std::vector<std::string> lines;
    for (std::string line; std::getline(in, line);)
        lines.push_back(line);
    return lines;
}

// Whole, or as it was before. Throws std::runtime_error if it cannot.
inline void write_text(const std::filesystem::path& path,
                       const std::string& text) {
    const std::filesystem::path part = path.string() + ".part";
    std::ofstream out(part, std::ios::binary);
    out << text;
    out.close();
    if (!out)
        throw std::runtime_error(fmt::format("cannot write {}", part.string()));
    std::filesystem::rename(part, path);
}
