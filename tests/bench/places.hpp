#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace tocsin::bench {

/// A temporary folder that goes with this object.
class Folder {
  public:
    Folder();
    ~Folder();
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;

    std::filesystem::path operator/(const std::string& name) const { return path_ / name; }
    const std::filesystem::path& path() const noexcept { return path_; }
    /// Writes a file, making the folders between.
    void write(const std::string& name, std::string_view text) const;

  private:
    std::filesystem::path path_;
};

/// Where the programs are, and how long a trial sends.
struct Places {
    std::filesystem::path tocsin;
    std::filesystem::path programs;  ///< the folder with those of this folder
    std::string router_lines;        ///< more lines of tocsin.toml; @DIR@ stands for the trial's own folder
    double seconds = 5;

    std::string program(const std::string& name) const { return (programs / name).string(); }
};

}  // namespace tocsin::bench
