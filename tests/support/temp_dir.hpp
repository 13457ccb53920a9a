#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace tocsin::testing {

/// A folder of its own under the system's temporary folder, readable by its owner alone, removed with all it holds.
class TempDir {
  public:
    TempDir();
    ~TempDir();
    TempDir(const TempDir&) = delete;
    TempDir& operator=(const TempDir&) = delete;

    const std::filesystem::path& path() const noexcept { return path_; }

    /// Writes a file below the folder, making the folders between, and returns its path.
    std::filesystem::path write(const std::filesystem::path& name, std::string_view text) const;

  private:
    std::filesystem::path path_;
};

/// The bytes of a file; empty when there is none.
std::string read_text(const std::filesystem::path& file);

}  // namespace tocsin::testing
