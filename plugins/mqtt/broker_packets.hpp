#pragma once

#include "protocol.hpp"
#include "sent_packets.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace mqtt {

/// What a broker sends, made safe for Paho, whose MQTT 5 parser reads memory it never set when a CONNACK is short and
/// trusts lengths that the broker wrote. Only packets for a client that publishes come through, whole, well-formed and
/// of one shape, and only answers to what was sent; a PUBLISH, which nobody asked for, is dropped.
class BrokerPackets {
  public:
    explicit BrokerPackets(Protocol protocol) : protocol_{protocol} {}

    /// Notes what Paho sends, in pieces of any size; before the broker can get it.
    void note_sent(std::string_view bytes) { sent_.feed(bytes); }

    /// Takes what came and appends what Paho may see to `out`. Returns what is wrong, or an empty text; after that
    /// nothing more may be fed.
    std::string feed(std::string_view bytes, std::string& out);

    /// What the broker said about its refusal to connect, in words of its own.
    const std::string& refusal() const noexcept { return refusal_; }

  private:
    std::string fault_in_first(unsigned char first) const;
    std::string take_packet(unsigned char first, std::string_view body, std::string& out);
    std::string take_connack(std::string_view body, std::string& out);
    std::string take_answer(unsigned char first, std::string_view body, std::string& out);
    std::string take_disconnect(std::string_view body, std::string& out);

    Protocol protocol_;
    SentPackets sent_;
    std::string pending_;
    std::size_t skip_ = 0;  ///< bytes of a dropped PUBLISH to come
    std::string refusal_;
};

}  // namespace mqtt
