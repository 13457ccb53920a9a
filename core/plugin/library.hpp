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
    const tocsin_plugin_descriptor* abi = nullptr;
};

/// Checks a kind's table and copies its schemas. Throws std::runtime_error with what is wrong.
SinkKind read_kind(const tocsin_sink_kind* abi);
SourceKind read_kind(const tocsin_source_kind* abi);

/// Loads a shared library. First who may write to it is checked, then whether it is a whole one for this machine: only
/// then it is mapped, which runs its constructors. Of its descriptor the version is read first, and all of it is
/// checked before any of its functions is called. Throws std::runtime_error with what is wrong and what to do.
Library load_library(const std::filesystem::path& file);

}  // namespace tocsin::core
