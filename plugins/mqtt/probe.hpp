#pragma once

#include "settings.hpp"

#include <chrono>
#include <string>

namespace mqtt {

/// Says why the broker cannot be reached at `address` (numeric): Paho does not tell a refused connection from an
/// expired certificate. Connects and, with TLS, shakes hands, checks the name and looks whether the broker hangs up;
/// sends no MQTT. Returns an empty text when nothing is wrong. Blocks at most `limit`.
std::string probe(const Settings& settings, const std::string& address, std::chrono::milliseconds limit);

}  // namespace mqtt
