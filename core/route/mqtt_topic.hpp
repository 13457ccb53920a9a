#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace tocsin::core {

/// Bytes of a topic name (MQTT 3.1.1, 1.5.3).
inline constexpr std::size_t max_mqtt_topic_size = 65'535;

/// Appends data to an MQTT topic so that it stays inside its topic level: `%`, `/`, `+`, `#`, control characters (C0,
/// DEL, C1), Unicode's noncharacters (brokers drop clients that send them) and invalid UTF-8 become `%XX`, byte by
/// byte, in upper-case hexadecimal. No two texts give the same result.
void append_mqtt_level(std::string& out, std::string_view data);

/// The same, but `/` separates topic levels. An empty one becomes `%-`, which data never does. Empty data is one empty
/// level.
void append_mqtt_levels(std::string& out, std::string_view data);

/// What is wrong with text that is to be part of a topic, and at which byte.
struct MqttTopicFault {
    std::size_t offset;
    std::string_view text;
};

/// The first wildcard, control character, noncharacter or invalid byte.
std::optional<MqttTopicFault> mqtt_text_fault(std::string_view text) noexcept;

/// Why a topic whose parts are sound cannot be published to: empty, beginning with `$`, too long.
std::optional<std::string_view> mqtt_topic_fault(std::string_view topic) noexcept;

}  // namespace tocsin::core
