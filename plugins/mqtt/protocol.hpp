#pragma once

namespace mqtt {

/// Versions of MQTT that are spoken.
enum class Protocol { v3_1_1, v5 };

}  // namespace mqtt
