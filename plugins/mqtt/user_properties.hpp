#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mqtt {

using UserProperties = std::vector<std::pair<std::string, std::string>>;

/// Reads the JSON object of strings that a table of templates arrives as; the order is kept. Returns what is wrong, or
/// an empty text: MQTT allows neither NUL characters nor names and values of more than 65,535 bytes.
std::string read_user_properties(std::string_view json, UserProperties& to);

}  // namespace mqtt
