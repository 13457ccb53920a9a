#include "route/mqtt_topic.hpp"

#include "base/text.hpp"

namespace tocsin::core {
namespace {

bool is_control(int code_point) noexcept { return code_point < ' ' || (code_point >= 0x7f && code_point <= 0x9f); }

bool is_noncharacter(int code_point) noexcept {
    return (code_point & 0xfffe) == 0xfffe || (code_point >= 0xfdd0 && code_point <= 0xfdef);
}

/// Letters, digits and whatever else ASCII has that stays as it is.
bool is_plain(char c) noexcept { return c >= ' ' && c < 0x7f && c != '%' && c != '/' && c != '+' && c != '#'; }

void append_encoded(std::string& out, std::string_view bytes) {
    for (const char c : bytes) {
        const auto byte = static_cast<unsigned char>(c);
        out += '%';
        out += "0123456789ABCDEF"[byte >> 4];
        out += "0123456789ABCDEF"[byte & 0xf];
    }
}

}  // namespace

void append_mqtt_level(std::string& out, std::string_view data) {
    for (std::size_t at = 0; at < data.size();) {
        const auto start = at;
        while (at < data.size() && is_plain(data[at])) ++at;
        out += data.substr(start, at - start);
        if (at == data.size()) return;
        const auto special = at;
        const int code_point = next_code_point(data, at);
        const auto bytes = data.substr(special, at - special);
        if (code_point < 0x80 || is_control(code_point) || is_noncharacter(code_point))
            append_encoded(out, bytes);
        else
            out += bytes;
    }
}

void append_mqtt_levels(std::string& out, std::string_view data) {
    while (true) {
        const auto slash = data.find('/');
        const auto level = data.substr(0, slash);
        if (level.empty())
            out += "%-";
        else
            append_mqtt_level(out, level);
        if (slash == std::string_view::npos) return;
        out += '/';
        data.remove_prefix(slash + 1);
    }
}

std::optional<MqttTopicFault> mqtt_text_fault(std::string_view text) noexcept {
    for (std::size_t at = 0; at < text.size();) {
        const auto start = at;
        const int code_point = next_code_point(text, at);
        if (code_point < 0) return MqttTopicFault{start, "an MQTT topic must be UTF-8"};
        if (code_point == '+' || code_point == '#')
            return MqttTopicFault{start, "an MQTT topic that is published to cannot hold the wildcards + and #"};
        if (is_control(code_point))
            return MqttTopicFault{start, "an MQTT topic cannot hold control characters such as NUL or line ends"};
        if (is_noncharacter(code_point))
            return MqttTopicFault{start, "an MQTT topic cannot hold code points that are no characters"};
    }
    return std::nullopt;
}

std::optional<std::string_view> mqtt_topic_fault(std::string_view topic) noexcept {
    if (topic.empty()) return "the MQTT topic is empty";
    if (topic[0] == '$') return "the MQTT topic begins with $, which is the broker's own";
    if (topic.size() > max_mqtt_topic_size) return "the MQTT topic is longer than 65,535 bytes";
    return std::nullopt;
}

}  // namespace tocsin::core
