#pragma once

#include "plugin/registry.hpp"

#include <iosfwd>
#include <string>
#include <string_view>

namespace tocsin::core {

/// Writes the name of each kind that has a sample, with its help.
void print_sample_kinds(const Registry& registry, std::ostream& out);

enum class SamplePart {
    section,       ///< what belongs into the configuration (TOML), and a handler file as a comment
    handler_file,  ///< the handler file of a sink (YAML) alone
};

/// Writes a commented sample of a kind, or of a section of the program, made from the declared options. It loads
/// without mistakes once the required options, which are empty in it, are filled in. Nothing when no plugin brings the
/// kind, or the kind has no such part: then `problem` says so.
bool print_sample(const Registry& registry, std::string_view kind, SamplePart part, std::ostream& out,
                  std::string& problem);

}  // namespace tocsin::core
