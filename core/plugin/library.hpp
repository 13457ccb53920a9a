#pragma once

#include "config/schema.hpp"

#include <tocsin/abi.h>

#include <filesystem>
#include <string>
#include <vector>

namespace tocsin::core {

/// A kind of sink as the host knows it: the plugin's table of functions and the host's copy of its two schemas.
struct SinkKind {
    std::string name;
    std::string help;
    const tocsin_sink_kind* abi = nullptr;
    std::vector<OptionSpec> instance_options;
    std::vector<OptionSpec> handler_options;

    bool non_blocking() const noexcept { return (abi->flags & TOCSIN_SINK_NON_BLOCKING) != 0; }
};

/// A kind of source as the host knows it.
struct SourceKind {
    std::string name;
    std::string help;
    const tocsin_source_kind* abi = nullptr;
    std::vector<OptionSpec> instance_options;
};

/// A loaded plugin. Its library stays mapped until the process ends.
struct Library {
    std::filesystem::path file;
    std::string name;
    std::string version;
    std::vector<SinkKind> sinks;
    std::vector<SourceKind> sources;
};

/// Loads a shared library and checks its descriptor before any of its code is called. Throws std::runtime_error with
/// what is wrong.
Library load_library(const std::filesystem::path& file);

}  // namespace tocsin::core
