#pragma once

#include <sys/types.h>

#include <filesystem>

namespace tocsin::core {

/// Whether anybody but root and `user` could put code of theirs into the running program through a file: throws
/// std::runtime_error with who and what to do. A file is trusted when it and the folder it lies in belong to root or
/// to `user` and nobody else may write to them; a group that is its owner's own (same name, no other members) counts as
/// the owner. Links are followed and their targets judged. The folders above are not judged (docs/adr says why).
void check_trusted_file(const std::filesystem::path& file, uid_t user);

/// The same of a folder alone.
void check_trusted_folder(const std::filesystem::path& folder, uid_t user);

}  // namespace tocsin::core
