#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace tocsin::bench {

/// One MQTT 3.1.1 packet: the first byte and what follows its length.
struct Packet {
    unsigned char first = 0;
    std::string_view body;

    int type() const { return first >> 4; }
    int qos() const { return first >> 1 & 3; }
};

/// Takes the first whole packet off `bytes`; false when there is none yet.
inline bool take_packet(std::string_view& bytes, Packet& packet) {
    std::size_t size = 0;
    for (std::size_t at = 1; at < bytes.size() && at < 5; ++at) {
        const auto byte = static_cast<unsigned char>(bytes[at]);
        size |= static_cast<std::size_t>(byte & 127) << (7 * (at - 1));
        if (byte & 128) continue;
        if (bytes.size() - at - 1 < size) return false;
        packet.first = static_cast<unsigned char>(bytes[0]);
        packet.body = bytes.substr(at + 1, size);
        bytes.remove_prefix(at + 1 + size);
        return true;
    }
    return false;
}

inline std::size_t word_at(std::string_view text, std::size_t at) {
    if (text.size() < at + 2) return 0;
    return static_cast<std::size_t>(static_cast<unsigned char>(text[at])) << 8 |
           static_cast<unsigned char>(text[at + 1]);
}

/// What stands behind the topic and the packet identifier of a PUBLISH.
inline std::string_view payload_of(const Packet& publish) {
    const auto before = 2 + word_at(publish.body, 0) + (publish.qos() > 0 ? 2 : 0);
    return publish.body.size() < before ? std::string_view{} : publish.body.substr(before);
}

/// A packet that holds an identifier and nothing else.
inline void append_answer(std::string& out, unsigned char first, std::size_t identifier) {
    out += static_cast<char>(first);
    out += '\2';
    out += static_cast<char>(identifier >> 8);
    out += static_cast<char>(identifier & 255);
}

/// Appends what answers a packet that came in, as a receiver of publishes; its publish is `published(payload)`.
template <class Published>
void answer(const Packet& packet, std::string& out, Published&& published) {
    switch (packet.type()) {
        case 3: {
            published(payload_of(packet));
            const auto identifier = word_at(packet.body, 2 + word_at(packet.body, 0));
            if (packet.qos() == 1) append_answer(out, 0x40, identifier);
            if (packet.qos() == 2) append_answer(out, 0x50, identifier);
            break;
        }
        case 6: append_answer(out, 0x70, word_at(packet.body, 0)); break;
        default: break;
    }
}

}  // namespace tocsin::bench
