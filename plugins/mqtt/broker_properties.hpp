#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace mqtt {

/// The properties of a broker's MQTT 5 packets (CONNACK, PUBACK, PUBREC, PUBCOMP, DISCONNECT) that concern a client
/// which only publishes. Texts are fit for a log: see told_by_broker.
struct BrokerProperties {
    std::optional<std::uint16_t> receive_maximum;    ///< never 0
    std::optional<std::uint16_t> server_keep_alive;  ///< seconds
    std::optional<std::uint8_t> maximum_qos;         ///< 0 or 1
    std::optional<bool> retain_available;
    std::optional<std::uint32_t> maximum_packet_size;  ///< never 0
    std::string reason;
    std::string server_reference;

    /// What the broker said in words, for a log; empty when it said nothing.
    std::string in_words() const;
};

/// Reads a property list, its length in front included, off the end of a packet. Nothing when it breaks a rule of the
/// standard (MQTT 5, 2.2.2), a value out of range included, or does not end where `text` ends.
std::optional<BrokerProperties> read_properties(std::string_view text);

/// Appends a property list with its length in front.
void append_properties(std::string& out, const BrokerProperties& properties);

/// A text from a broker on one line: control characters and invalid UTF-8 are replaced by '?', and at most 200 bytes
/// are kept.
std::string told_by_broker(std::string_view text);

/// A variable byte integer (MQTT, 1.5.5), at most 268,435,455. Takes it off `text`; nothing when it is incomplete or
/// too long, and `complete` tells which.
std::optional<std::uint32_t> take_length(std::string_view& text, bool& complete);
void append_length(std::string& out, std::uint32_t value);

}  // namespace mqtt
