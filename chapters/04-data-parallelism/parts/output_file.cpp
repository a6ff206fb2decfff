#include "../output_file.hpp"

#include "common/check.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <unistd.h>

#include <cstdio>

output_file::output_file(const std::filesystem::path& directory,
                         const std::string& name) {
    if (directory.empty()) {
        file_ = temporary_file();
    } else {
        final_ = directory / name;
        part_ = fmt::format("{}.{}.part", final_, ::getpid());
        ::unlink(part_.c_str()); // of somebody dead who had our number
        file_ = descriptor(
            check(::open(part_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
                         0644),
                  part_));
    }
}

output_file::~output_file() {
    if (!part_.empty())
        ::unlink(part_.c_str());
}

void output_file::write(std::span<const std::byte> bytes) {
    while (!bytes.empty()) {
        const ssize_t written =
            ::write(file_.get(), bytes.data(), bytes.size());
        if (written == -1 && errno == EINTR)
            continue;
        bytes = bytes.subspan(static_cast<std::size_t>(
            check(written, part_.empty() ? "temporary file" : part_)));
    }
}

void output_file::keep() {
    if (part_.empty())
        return file_.close_checked("temporary file");
    check(::fsync(file_.get()), part_);
    file_.close_checked(part_);
    check(::rename(part_.c_str(), final_.c_str()), final_);
    part_.clear();
}
