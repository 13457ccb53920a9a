#pragma once

#include "support/process.hpp"
#include "support/temp_dir.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <set>
#include <string>

namespace tocsin::testing {

/// docs/writing-a-plugin.md as files, commands and outputs. A block's fence says what it is: "```cpp file=inbox.cpp",
/// "```toml append=tocsin.toml", "```sh run=check", "```text output=check". Several blocks may append to one file.
class Guide {
  public:
    /// Throws when a fence says nothing or the same as another one.
    Guide();

    /// The text of the block that says so ("run=check"); with several to append, "append=tocsin.toml#2" is the second.
    const std::string& block(const std::string& says) const;
    /// What all the blocks say.
    std::set<std::string> all() const;

  private:
    std::map<std::string, std::string> blocks_;
};

/// The folder a reader of the guide works in, with the SDK as `meson install` leaves it in a folder of its own.
/// Commands are the guide's, with its prefix and its port replaced.
class Workshop {
  public:
    Workshop();

    std::filesystem::path path() const { return folder_.path() / "work"; }
    std::filesystem::path config() const { return path() / "tocsin.toml"; }
    std::filesystem::path prefix() const { return prefix_; }
    std::uint16_t port() const noexcept { return port_; }

    /// Writes the guide's file of that name.
    void save(const std::string& name);
    void append(const std::string& says);
    void write(const std::string& name, const std::string& text) const;
    std::string read(const std::string& name) const { return read_text(path() / name); }

    /// The block "run=<name>", with more arguments at its end.
    Finished run(const std::string& name, const std::string& more = "");
    /// The same, which must succeed and write nothing to standard error. Returns its standard output.
    std::string run_ok(const std::string& name, const std::string& more = "");
    /// Commands that are not the guide's, in the same place.
    Finished shell(const std::string& commands) const;
    /// `name` as the guide shows it, with the place of this folder put in.
    std::string output(const std::string& name);
    const std::string& block(const std::string& says);

    /// Puts an event into the inbox as the guide says it.
    void raise(const std::string& file, const std::string& line) const;

    const Guide& guide() const noexcept { return guide_; }
    /// What the blocks said that were asked for.
    const std::set<std::string>& used() const noexcept { return used_; }

  private:
    std::string here(std::string text) const;

    Guide guide_;
    TempDir folder_;
    std::filesystem::path prefix_;
    std::string library_folder_;
    std::uint16_t port_;
    std::set<std::string> used_;
};

/// Warnings that the guide's C and C++ must not cause.
inline constexpr const char* strict = " -Wall -Wextra -Wpedantic -Werror";

/// Runs the router with a handler of this kind for the guide's inbox: an event arrives in the file that the option
/// `path` names, once its folder is there, which it is not at first.
void check_file_sink(const Workshop& workshop, const std::string& kind);

}  // namespace tocsin::testing
