#pragma once

#include "settings.hpp"

#include <chrono>
#include <string>

namespace mqtt {

/// Says why the broker cannot be reached over TCP at `address` (numeric), which Paho does not. Connects and sends no
/// MQTT. Returns an empty text when nothing is wrong. Blocks at most `limit`.
std::string probe(const Settings& settings, const std::string& address, std::chrono::milliseconds limit);

}  // namespace mqtt
