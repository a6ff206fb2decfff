// A directory of a test's own, gone with all its files at the end.
#pragma once

#include "common/check.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

struct temporary_directory {
    std::filesystem::path path;

    temporary_directory() {
        std::string name =
            std::filesystem::temp_directory_path() / "many-hands-test.XXXXXX";
        if (::mkdtemp(name.data()) == nullptr)
            throw_errno(name);
        path = name;
    }
    temporary_directory(const temporary_directory&) = delete;
    temporary_directory& operator=(const temporary_directory&) = delete;
    ~temporary_directory() { std::filesystem::remove_all(path); }

    // Writes a file, and makes the directories that it needs.
    void file(const std::string& name, const std::string& text) const {
        std::filesystem::create_directories((path / name).parent_path());
        std::ofstream(path / name) << text;
    }
};
