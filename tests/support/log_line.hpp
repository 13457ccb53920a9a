#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin::testing {

/// The value of a top-level key of one JSON object: a string's text, anything else as it stands there. Nothing when the
/// object has no such key. Throws when `line` is not one JSON object.
std::optional<std::string> json_value(std::string_view line, std::string_view key);

/// One line of the program's JSON log. Throws when it is not one JSON object with time, level and msg.
struct LogLine {
    explicit LogLine(std::string_view line);

    std::string raw;
    std::string level;
    std::string msg;

    std::optional<std::string> value(std::string_view key) const { return json_value(raw, key); }
};

}  // namespace tocsin::testing
