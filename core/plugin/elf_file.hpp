#pragma once

#include <filesystem>

namespace tocsin::core {

/// Throws std::runtime_error with what is wrong when `file` is no regular file, no shared library, one for another
/// machine, or one that was cut off. The dynamic linker tells other machines as "no such file", opens a pipe and waits
/// for ever, and touches the missing end of a file that was copied half, which ends the process with SIGBUS. A file
/// that passes may still be refused by the dynamic linker.
void check_elf_file(const std::filesystem::path& file);

}  // namespace tocsin::core
