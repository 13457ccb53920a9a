#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <unordered_map>

namespace mqtt {

/// What a publisher has sent and no broker has answered: Paho uses freed memory when an acknowledgement comes twice,
/// out of turn, or before the publish is written whole. Packet identifiers have 16 bits, so no more than 65,536 are
/// kept.
class SentPackets {
  public:
    /// Notes what the publisher writes, in pieces of any size. A packet counts when it is whole.
    void feed(std::string_view bytes);

    enum class Answer : unsigned char { puback = 4, pubrec = 5, pubcomp = 7 };

    /// Whether this is what the packet waits for next: at QoS 1 a PUBACK, at QoS 2 a PUBREC, and if its reason code was
    /// below 0x80 a PUBCOMP after the PUBREL. It is waited for no more then.
    bool take_answer(Answer answer, std::uint16_t identifier, unsigned char reason_code);

  private:
    enum class Awaited : unsigned char { puback, pubrec, pubrel, pubcomp };

    void take_header(unsigned char byte);
    void take_body(unsigned char byte);
    void end_packet();
    std::size_t end_of_identifier() const { return has_identifier_ ? identifier_at_ + 2 : 0; }

    std::unordered_map<std::uint16_t, Awaited> awaited_;

    unsigned char first_ = 0;
    unsigned header_ = 0;  ///< bytes of the fixed header so far
    std::size_t left_ = 0;
    std::size_t at_ = 0;  ///< in the body
    std::size_t identifier_at_ = 0;
    std::uint16_t topic_size_ = 0;
    std::uint16_t identifier_ = 0;
    bool has_identifier_ = false;
    bool in_body_ = false;
};

}  // namespace mqtt
