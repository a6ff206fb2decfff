// A file that is there whole or not at all, whatever ends the program or the
// machine.
#pragma once

#include "common/descriptor.hpp"

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
                const std::string& name);

    output_file(const output_file&) = delete;
    output_file& operator=(const output_file&) = delete;

    ~output_file();

    void write(std::span<const std::byte> bytes);

    // Closes the file and gives it its name, when all of it is on the disk:
    // else the machine might crash with the new name there, and the bytes not.
    // (The name itself may then be lost. Who needs it syncs the directory,
    // too.)
    void keep();

  private:
    descriptor file_;
    std::string part_, final_;
};
