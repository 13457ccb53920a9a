#include "broker_properties.hpp"

namespace mqtt {
namespace {

enum class Type { byte, two_bytes, four_bytes, variable, text, pair, none };

/// MQTT 5, table 2-4, without those that only clients send.
Type type_of(unsigned id) {
    switch (id) {
        case 0x24:  // Maximum QoS
        case 0x25:  // Retain Available
        case 0x28:  // Wildcard Subscription Available
        case 0x29:  // Subscription Identifier Available
        case 0x2a:  // Shared Subscription Available
            return Type::byte;
        case 0x13:  // Server Keep Alive
        case 0x21:  // Receive Maximum
        case 0x22:  // Topic Alias Maximum
            return Type::two_bytes;
        case 0x11:  // Session Expiry Interval
        case 0x27:  // Maximum Packet Size
            return Type::four_bytes;
        case 0x12:  // Assigned Client Identifier
        case 0x15:  // Authentication Method
        case 0x16:  // Authentication Data
        case 0x1a:  // Response Information
        case 0x1c:  // Server Reference
        case 0x1f:  // Reason String
            return Type::text;
        case 0x26:  // User Property
            return Type::pair;
        default: return Type::none;
    }
}

/// What is left to read; once something is missing everything read is 0 or empty.
struct Reader {
    std::string_view left;
    bool sound = true;

    std::uint32_t number(std::size_t bytes) {
        if (left.size() < bytes) {
            sound = false;
            left = {};
            return 0;
        }
        std::uint32_t value = 0;
        for (std::size_t i = 0; i < bytes; ++i) value = value << 8 | static_cast<unsigned char>(left[i]);
        left.remove_prefix(bytes);
        return value;
    }

    std::string_view text() {
        const auto size = number(2);
        if (left.size() < size) sound = false;
        if (!sound) return {};
        const auto text = left.substr(0, size);
        left.remove_prefix(size);
        return text;
    }
};

bool keep(BrokerProperties& to, unsigned id, std::uint32_t value) {
    switch (id) {
        case 0x13: to.server_keep_alive = static_cast<std::uint16_t>(value); return true;
        case 0x21: to.receive_maximum = static_cast<std::uint16_t>(value); return value != 0;
        case 0x24: to.maximum_qos = static_cast<std::uint8_t>(value); return value <= 1;
        case 0x25: to.retain_available = value != 0; return value <= 1;
        case 0x27: to.maximum_packet_size = value; return value != 0;
        default: return true;
    }
}

void append_number(std::string& out, std::uint32_t value, int bytes) {
    for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) out += static_cast<char>(value >> shift & 0xff);
}

void append_text(std::string& out, char id, std::string_view text) {
    if (text.empty()) return;
    out += id;
    append_number(out, static_cast<std::uint32_t>(text.size()), 2);
    out += text;
}

/// Bytes of the UTF-8 sequence at the start of `text`; 0 when there is none.
std::size_t utf8_size(std::string_view text) {
    const auto first = static_cast<unsigned char>(text[0]);
    const std::size_t size = first < 0x80   ? 1
                             : first < 0xc2 ? 0
                             : first < 0xe0 ? 2
                             : first < 0xf0 ? 3
                             : first < 0xf5 ? 4
                                            : 0;
    if (size > text.size()) return 0;
    for (std::size_t i = 1; i < size; ++i)
        if ((static_cast<unsigned char>(text[i]) & 0xc0) != 0x80) return 0;
    const auto second = size > 2 ? static_cast<unsigned char>(text[1]) : 0u;
    const bool wrong = (first == 0xe0 && second < 0xa0) || (first == 0xed && second > 0x9f) ||
                       (first == 0xf0 && second < 0x90) || (first == 0xf4 && second > 0x8f);
    return wrong ? 0 : size;
}

}  // namespace

std::string BrokerProperties::in_words() const {
    auto text = reason;
    if (!server_reference.empty())
        text.append(text.empty() ? "" : "; ").append("use the server ").append(server_reference);
    return text;
}

std::optional<BrokerProperties> read_properties(std::string_view text) {
    bool complete = false;
    const auto size = take_length(text, complete);
    if (!size || *size != text.size()) return std::nullopt;
    BrokerProperties properties;
    Reader reader{text};
    while (reader.sound && !reader.left.empty()) {
        const auto id = reader.number(1);
        switch (type_of(id)) {
            case Type::byte: reader.sound &= keep(properties, id, reader.number(1)); break;
            case Type::two_bytes: reader.sound &= keep(properties, id, reader.number(2)); break;
            case Type::four_bytes: reader.sound &= keep(properties, id, reader.number(4)); break;
            case Type::text: {
                const auto said = reader.text();
                if (id == 0x1f) properties.reason = told_by_broker(said);
                if (id == 0x1c) properties.server_reference = told_by_broker(said);
                break;
            }
            case Type::pair:
                reader.text();
                reader.text();
                break;
            default: reader.sound = false; break;
        }
    }
    if (!reader.sound) return std::nullopt;
    return properties;
}

void append_properties(std::string& out, const BrokerProperties& properties) {
    std::string list;
    const auto number = [&](char id, const auto& value, int bytes) {
        if (!value) return;
        list += id;
        append_number(list, *value, bytes);
    };
    number(0x13, properties.server_keep_alive, 2);
    number(0x21, properties.receive_maximum, 2);
    number(0x24, properties.maximum_qos, 1);
    number(0x25, properties.retain_available, 1);
    number(0x27, properties.maximum_packet_size, 4);
    append_text(list, 0x1f, properties.reason);
    append_text(list, 0x1c, properties.server_reference);
    append_length(out, static_cast<std::uint32_t>(list.size()));
    out += list;
}

std::string told_by_broker(std::string_view text) {
    constexpr std::size_t most = 200;
    std::string told;
    while (!text.empty()) {
        const auto size = utf8_size(text);
        const auto kept = size == 0 ? 1 : size;
        if (told.size() + kept > most) return told + "...";
        const bool is_control = size == 1 && (static_cast<unsigned char>(text[0]) < 0x20 || text[0] == 0x7f);
        if (size == 0 || is_control)
            told += '?';
        else
            told += text.substr(0, size);
        text.remove_prefix(kept);
    }
    return told;
}

std::optional<std::uint32_t> take_length(std::string_view& text, bool& complete) {
    std::uint32_t value = 0;
    complete = false;
    for (std::size_t i = 0; i < 4; ++i) {
        if (i == text.size()) return std::nullopt;
        const auto byte = static_cast<unsigned char>(text[i]);
        value |= static_cast<std::uint32_t>(byte & 0x7fu) << (7 * i);
        if ((byte & 0x80) != 0) continue;
        complete = true;
        text.remove_prefix(i + 1);
        return value;
    }
    complete = true;
    return std::nullopt;
}

void append_length(std::string& out, std::uint32_t value) {
    do {
        const auto byte = value & 0x7f;
        value >>= 7;
        out += static_cast<char>(value == 0 ? byte : byte | 0x80);
    } while (value != 0);
}

}  // namespace mqtt
