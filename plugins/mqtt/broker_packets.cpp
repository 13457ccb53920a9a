#include "broker_packets.hpp"

#include "broker_properties.hpp"

#include <algorithm>

namespace mqtt {
namespace {

/// No answer to a publisher is nearly as long.
constexpr std::uint32_t longest_answer = 65536;

enum Type : unsigned char {
    connack = 2,
    publish = 3,
    puback = 4,
    pubrec = 5,
    pubcomp = 7,
    pingresp = 13,
    disconnect = 14
};

std::string no_mqtt(const char* what) { return std::string{"the broker sent "} + what; }

void append_packet(std::string& out, unsigned char first, std::string_view body) {
    out += static_cast<char>(first);
    append_length(out, static_cast<std::uint32_t>(body.size()));
    out += body;
}

}  // namespace

std::string BrokerPackets::feed(std::string_view bytes, std::string& out) {
    const auto skipped = std::min(skip_, bytes.size());
    skip_ -= skipped;
    pending_ += bytes.substr(skipped);
    std::string_view left{pending_};
    std::string fault;
    while (!left.empty() && fault.empty()) {
        const auto first = static_cast<unsigned char>(left[0]);
        if (fault = fault_in_first(first); !fault.empty()) return fault;
        auto rest = left.substr(1);
        bool complete = false;
        const auto size = take_length(rest, complete);
        if (!size) {
            if (complete) return no_mqtt("what is no MQTT packet");
            break;
        }
        if (first >> 4 == publish) {
            const auto here = std::min<std::size_t>(*size, rest.size());
            skip_ = *size - here;
            left = rest.substr(here);
            continue;
        }
        if (*size > longest_answer) return no_mqtt("a packet that is too long for an answer");
        if (rest.size() < *size) break;
        fault = take_packet(first, rest.substr(0, *size), out);
        left = rest.substr(*size);
    }
    pending_.erase(0, pending_.size() - left.size());
    return fault;
}

std::string BrokerPackets::fault_in_first(unsigned char first) const {
    switch (first >> 4) {
        case publish: return {};
        case disconnect:
            if (protocol_ == Protocol::v5) break;
            return no_mqtt("a packet that a publisher does not expect");
        case connack:
        case puback:
        case pubrec:
        case pubcomp:
        case pingresp: break;
        default: return no_mqtt("a packet that a publisher does not expect");
    }
    return (first & 0x0f) == 0 ? std::string{} : no_mqtt("a packet with unknown flags");
}

std::string BrokerPackets::take_packet(unsigned char first, std::string_view body, std::string& out) {
    switch (first >> 4) {
        case connack: return take_connack(body, out);
        case puback:
        case pubrec:
        case pubcomp: return take_answer(first, body, out);
        case pingresp:
            if (!body.empty()) return no_mqtt("a PINGRESP with content");
            append_packet(out, first, {});
            return {};
        default: return take_disconnect(body, out);
    }
}

std::string BrokerPackets::take_connack(std::string_view body, std::string& out) {
    if (body.size() < 2) return no_mqtt("a CONNACK that is too short");
    std::string cleaned{body.substr(0, 2)};
    if (protocol_ == Protocol::v5) {
        BrokerProperties properties;
        // A broker that speaks MQTT 3.1.1 only refuses with two bytes.
        if (body.size() > 2) {
            const auto read = read_properties(body.substr(2));
            if (!read) return no_mqtt("a CONNACK with broken properties");
            properties = *read;
        }
        if (body[1] != 0) refusal_ = properties.in_words();
        append_properties(cleaned, properties);
    } else if (body.size() != 2) {
        return no_mqtt("a CONNACK that is too long");
    }
    append_packet(out, connack << 4, cleaned);
    return {};
}

std::string BrokerPackets::take_answer(unsigned char first, std::string_view body, std::string& out) {
    if (body.size() < 2) return no_mqtt("an acknowledgement that is too short");
    std::string cleaned{body.substr(0, 2)};
    if (protocol_ == Protocol::v5 && body.size() > 2) {
        cleaned += body[2];
        if (body.size() > 3) {
            const auto read = read_properties(body.substr(3));
            if (!read) return no_mqtt("an acknowledgement with broken properties");
            // Paho does not free those of a PUBREC that it goes on from.
            if (first >> 4 != pubrec || static_cast<unsigned char>(body[2]) >= 0x80) append_properties(cleaned, *read);
        }
    } else if (body.size() != 2) {
        return no_mqtt("an acknowledgement that is too long");
    }
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(cleaned[i]); };
    if (!sent_.take_answer(static_cast<SentPackets::Answer>(first >> 4),
                           static_cast<std::uint16_t>(byte(0) << 8 | byte(1)), cleaned.size() > 2 ? byte(2) : 0))
        return no_mqtt("an acknowledgement that nothing waits for");
    append_packet(out, first, cleaned);
    return {};
}

std::string BrokerPackets::take_disconnect(std::string_view body, std::string& out) {
    std::string cleaned{body.empty() ? '\0' : body[0]};
    BrokerProperties properties;
    if (body.size() > 1) {
        const auto read = read_properties(body.substr(1));
        if (!read) return no_mqtt("a DISCONNECT with broken properties");
        properties = *read;
    }
    append_properties(cleaned, properties);
    append_packet(out, disconnect << 4, cleaned);
    return {};
}

}  // namespace mqtt
