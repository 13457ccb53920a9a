#pragma once

#include "base/mistakes.hpp"
#include "plugin/library.hpp"

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin::core {

/// The plugins that were found, and the kinds they bring.
class Registry {
  public:
    /// Loads every shared library in `directory` (not in subdirectories), by name. Libraries that are no sound plugins
    /// and kinds that are there already go to `mistakes`; so does a directory that cannot be read or that others may
    /// write to, at `where`.
    void load_from(const std::filesystem::path& directory, const Location& where, Mistakes& mistakes);

    /// nullptr when there is none of that name.
    const SinkKind* sink(std::string_view name) const noexcept;
    const SourceKind* source(std::string_view name) const noexcept;

    std::vector<std::string> sink_names() const;
    std::vector<std::string> source_names() const;
    const std::vector<std::unique_ptr<const Library>>& libraries() const noexcept { return libraries_; }

  private:
    void add(const std::filesystem::path& file, Mistakes& mistakes);
    const Library* provider_of(std::string_view kind) const noexcept;

    std::vector<std::unique_ptr<const Library>> libraries_;
};

/// Where this program's own plugins are: beside it in a build directory, in the library directory when installed.
std::vector<std::filesystem::path> built_in_plugin_directories();

/// The directories of the environment variable TOCSIN_PLUGIN_PATH, which are separated by ':'.
std::vector<std::filesystem::path> plugin_directories_of_environment();

}  // namespace tocsin::core
