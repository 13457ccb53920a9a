#pragma once

#include <filesystem>
#include <string_view>
#include <utility>

namespace log_sink {

/// Throws tocsin::OptionMistakes when `path` can be no file: its folder is not there, or it is a folder itself.
void check_path(const std::filesystem::path& path);

/// A file that lines are appended to. It is opened anew for each line, so that it may be moved away at any time.
class LogFile {
  public:
    /// `mode`: permissions if it has to be made.
    LogFile(std::filesystem::path path, unsigned mode) : path_{std::move(path)}, mode_{mode} {}

    /// Appends `text` in one write. Throws std::system_error.
    void append(std::string_view text) const;

  private:
    std::filesystem::path path_;
    unsigned mode_;
};

}  // namespace log_sink
