#pragma once

#include "process.hpp"
#include "temp_dir.hpp"

#include <filesystem>
#include <string>
#include <string_view>

namespace tocsin::testing {

/// The program under test (TOCSIN_EXE).
std::string tocsin_exe();

/// A folder with a tocsin.toml and its handler files, `handlers/` beside it.
class Site {
  public:
    /// `sections`: TOML below a `[tocsin]` section that names the handlers' folder; `tocsin_keys` are further lines of
    /// that section.
    explicit Site(std::string_view sections, std::string_view tocsin_keys = "");

    /// Writes one handler file; the extension says its language.
    void handler(const std::string& file, std::string_view text) const;

    const std::filesystem::path& path() const noexcept { return folder_.path(); }
    std::filesystem::path config() const { return folder_.path() / "tocsin.toml"; }

    /// `tocsin check` on it.
    Finished check(const Environment& environment = {}) const;

  private:
    TempDir folder_;
};

/// TOML of one `[[mqtt]]` section; `more` are further lines. It tries again every 100 to 500 ms.
std::string mqtt_section(const std::string& name, const std::string& url, const std::string& more = "");

/// TOML of one `[[task-log]]` section on a loopback port.
std::string task_log_section(std::uint16_t port, const std::string& more = "");

}  // namespace tocsin::testing
