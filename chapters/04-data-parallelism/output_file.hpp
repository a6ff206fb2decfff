// A file that is there whole or not at all, whatever ends the program or the
// machine.
#pragma once

#include "common/check.hpp"
#include "common/descriptor.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <unistd.h>

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>

class output_file {
  public:
    // Writes to directory/name.PID.part until keep() gives it its name: one of
    // its own, for the worker of a run that has died may still be writing. With
    // an empty directory the file has no name at all, in the directory for
    // temporary files ($TMPDIR or /tmp): it is gone when it is closed,
    // whatever ends the program.
    output_file(const std::filesystem::path& directory,
                const std::string& name) {
        if (directory.empty()) {
            file_ = temporary_file();
        } else {
            final_ = directory / name;
            part_ = fmt::format("{}.{}.part", final_, ::getpid());
            ::unlink(part_.c_str()); // of somebody dead who had our number
            file_ = descriptor(
                check(::open(part_.c_str(),
                             O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644),
                      part_));
        }
    }

    output_file(const output_file&) = delete;
    output_file& operator=(const output_file&) = delete;

    ~output_file() {
        if (!part_.empty())
            ::unlink(part_.c_str());
    }

    void write(std::span<const std::byte> bytes) {
        while (!bytes.empty()) {
            const ssize_t written =
                ::write(file_.get(), bytes.data(), bytes.size());
            if (written == -1 && errno == EINTR)
                continue;
            bytes = bytes.subspan(static_cast<std::size_t>(
                check(written, part_.empty() ? "temporary file" : part_)));
        }
    }

    // Closes the file and gives it its name, when all of it is on the disk:
    // else the machine might crash with the new name there, and the bytes not.
    // (The name itself may then be lost. Who needs it syncs the directory,
    // too.)
    void keep() {
        if (part_.empty())
            return file_.close_checked("temporary file");
        check(::fsync(file_.get()), part_);
        file_.close_checked(part_);
        check(::rename(part_.c_str(), final_.c_str()), final_);
        part_.clear();
    }

  private:
    descriptor file_;
    std::string part_, final_;
};
