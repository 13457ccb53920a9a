#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace log_sink {

/// "0640" as a number. Throws std::runtime_error for anything but three or four octal digits.
unsigned parse_mode(std::string_view text);

/// A file that lines are appended to. It is opened anew for each line, so that it may be moved away at any time.
class LogFile {
  public:
    LogFile(std::filesystem::path path, unsigned mode) : path_{std::move(path)}, mode_{mode} {}

    /// Appends `text` in one write. Throws std::system_error.
    void append(std::string_view text) const;

  private:
    std::filesystem::path path_;
    unsigned mode_;
};

}  // namespace log_sink
