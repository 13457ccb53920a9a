#pragma once

#include "fuzz/support.hpp"

namespace tocsin::fuzz {

/// Reads a handler file, compiles its templates and renders them for all events. What must hold: reading it again gives
/// the same handler or the same mistakes; a rendered MQTT topic is valid; a payload in JSON is JSON.
void check_handler_file(const std::filesystem::path& file);

}  // namespace tocsin::fuzz
