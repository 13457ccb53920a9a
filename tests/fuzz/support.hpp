#pragma once

#include "config/schema.hpp"
#include "event/event.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

/// What the fuzz targets share. Each target feeds its input to one reader of the router and checks what must hold
/// whatever the input is; a sanitizer looks at the rest.
namespace tocsin::fuzz {

/// Ends the program, which libFuzzer takes as a finding, with `what` when `holds` is false.
void require(bool holds, std::string_view what);

inline std::string_view text_of(const std::uint8_t* data, std::size_t size) {
    return {reinterpret_cast<const char*>(data), size};
}

/// Sound events: a common one, one without anything that may be left out, and one of hostile texts.
const std::vector<core::EventPtr>& events();

/// The options of a handler of kind mqtt.
const std::vector<core::OptionSpec>& handler_options();

/// Options of every type, some with a range, a default or a secret, for a section.
const std::vector<core::OptionSpec>& section_options();

/// A file that holds the input, in a folder that is removed at the end of the program.
class InputFile {
  public:
    explicit InputFile(const std::string& name);
    const std::filesystem::path& write(std::string_view bytes) const;

  private:
    std::filesystem::path path_;
};

}  // namespace tocsin::fuzz
