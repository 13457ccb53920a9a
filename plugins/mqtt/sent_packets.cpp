#include "sent_packets.hpp"

#include <algorithm>

namespace mqtt {
namespace {

enum Type : unsigned char { publish = 3, pubrel = 6 };

std::uint16_t appended(std::uint16_t number, unsigned char byte) {
    return static_cast<std::uint16_t>((number & 0xff) << 8 | byte);
}

}  // namespace

void SentPackets::feed(std::string_view bytes) {
    while (!bytes.empty()) {
        const auto byte = static_cast<unsigned char>(bytes.front());
        std::size_t taken = 1;
        if (!in_body_) {
            take_header(byte);
        } else {
            if (at_ < end_of_identifier())
                take_body(byte);
            else
                taken = std::min(left_, bytes.size());
            at_ += taken;
            left_ -= taken;
        }
        bytes.remove_prefix(taken);
        if (in_body_ && left_ == 0) end_packet();
    }
}

void SentPackets::take_header(unsigned char byte) {
    if (header_++ == 0) {
        first_ = byte;
        return;
    }
    left_ |= static_cast<std::size_t>(byte & 0x7f) << 7 * (header_ - 2);
    if ((byte & 0x80) != 0 && header_ < 5) return;
    const auto type = first_ >> 4;
    has_identifier_ = type == pubrel || (type == publish && (first_ & 0x06) != 0);
    identifier_at_ = type == publish ? 2 : 0;
    topic_size_ = 0;
    identifier_ = 0;
    in_body_ = true;
}

void SentPackets::take_body(unsigned char byte) {
    if (first_ >> 4 == publish && at_ < 2) {
        topic_size_ = appended(topic_size_, byte);
        if (at_ == 1) identifier_at_ = 2U + topic_size_;
    } else if (at_ >= identifier_at_) {
        identifier_ = appended(identifier_, byte);
    }
}

void SentPackets::end_packet() {
    if (has_identifier_ && at_ >= end_of_identifier()) {
        if (first_ >> 4 == publish) {
            awaited_[identifier_] = (first_ & 0x04) == 0 ? Awaited::puback : Awaited::pubrec;
        } else if (const auto found = awaited_.find(identifier_);
                   found != awaited_.end() && found->second == Awaited::pubrel) {
            found->second = Awaited::pubcomp;
        }
    }
    header_ = 0;
    left_ = 0;
    at_ = 0;
    in_body_ = false;
}

bool SentPackets::take_answer(Answer answer, std::uint16_t identifier, unsigned char reason_code) {
    const auto found = awaited_.find(identifier);
    if (found == awaited_.end()) return false;
    const auto expected = answer == Answer::puback   ? Awaited::puback
                          : answer == Answer::pubrec ? Awaited::pubrec
                                                     : Awaited::pubcomp;
    if (found->second != expected) return false;
    if (answer == Answer::pubrec && reason_code < 0x80)
        found->second = Awaited::pubrel;
    else
        awaited_.erase(found);
    return true;
}

}  // namespace mqtt
