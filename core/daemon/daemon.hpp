#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>

namespace tocsin::core {

/// Runs the router until SIGTERM or SIGINT; SIGHUP makes it read its files again. Returns the exit code of the process:
/// 0 after an orderly stop, 1 when the configuration holds mistakes (all of them are written to standard error) or
/// something could not be started.
int run(const std::filesystem::path& configuration);

/// Checks everything that `run` would use. Returns 0 when it is sound, 1 when it holds mistakes. With `connect`, each
/// sink of a sound configuration then looks within that time whether it reaches its other end; 1 when one does not.
int check(const std::filesystem::path& configuration, std::optional<std::chrono::nanoseconds> connect);

/// Lists the plugins that were found, their kinds and options. Returns 1 when one could not be loaded.
int list_plugins();

/// Writes a sample of the kind `kind`, or the names of the kinds when it is empty. Returns 2 when there is none.
int sample(const std::string& kind, bool handler_only);

}  // namespace tocsin::core
