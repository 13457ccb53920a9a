#include "websocket.hpp"

#include "broker_properties.hpp"

#include <openssl/evp.h>
#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <stdexcept>

namespace mqtt::websocket {
namespace {

enum Opcode : unsigned { continuation = 0, binary = 2, close = 8, ping = 9, pong = 10 };

template <std::size_t size>
std::array<unsigned char, size> random_bytes() {
    std::array<unsigned char, size> bytes{};
    if (RAND_bytes(bytes.data(), static_cast<int>(size)) != 1) throw std::runtime_error{"no random numbers"};
    return bytes;
}

std::string base64(const unsigned char* bytes, std::size_t size) {
    std::string text((size + 2) / 3 * 4 + 1, '\0');
    text.resize(static_cast<std::size_t>(
        EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), bytes, static_cast<int>(size))));
    return text;
}

std::string accept_for(std::string_view key) {
    const auto text = std::string{key} + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";  // RFC 6455, 1.3
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    if (EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha1(), nullptr) != 1)
        throw std::runtime_error{"SHA-1 cannot be used"};
    return base64(digest.data(), size);
}

char lower(char letter) { return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter + ('a' - 'A')) : letter; }

bool same_word(std::string_view left, std::string_view right) {
    return std::equal(left.begin(), left.end(), right.begin(), right.end(),
                      [](char a, char b) { return lower(a) == lower(b); });
}

std::string_view trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

/// Takes a line off `text`.
std::string_view take_line(std::string_view& text) {
    const auto end = std::min(text.find("\r\n"), text.size());
    const auto line = text.substr(0, end);
    text.remove_prefix(std::min(end + 2, text.size()));
    return line;
}

/// The value of the first header of that name; empty when there is none.
std::string_view header(std::string_view answer, std::string_view name) {
    take_line(answer);
    while (!answer.empty()) {
        const auto line = take_line(answer);
        const auto colon = line.find(':');
        if (colon != std::string_view::npos && same_word(line.substr(0, colon), name))
            return trimmed(line.substr(colon + 1));
    }
    return {};
}

std::string frame(unsigned opcode, std::string_view payload) {
    std::string out;
    out += static_cast<char>(0x80 | opcode);
    if (payload.size() < 126) {
        out += static_cast<char>(0x80 | payload.size());
    } else {
        const int bytes = payload.size() < 65536 ? 2 : 8;
        out += static_cast<char>(0x80 | (bytes == 2 ? 126 : 127));
        for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8)
            out += static_cast<char>(static_cast<std::uint64_t>(payload.size()) >> shift & 0xff);
    }
    const auto mask = random_bytes<4>();
    for (const auto byte : mask) out += static_cast<char>(byte);
    for (std::size_t i = 0; i < payload.size(); ++i)
        out += static_cast<char>(static_cast<unsigned char>(payload[i]) ^ mask[i % 4]);
    return out;
}

std::string in_close(std::string_view payload) {
    std::string text = "the broker closed the WebSocket";
    if (payload.size() < 2) return text;
    const auto code = static_cast<unsigned char>(payload[0]) << 8 | static_cast<unsigned char>(payload[1]);
    text += " (" + std::to_string(code);
    if (payload.size() > 2) text += ": " + told_by_broker(payload.substr(2));
    return text + ")";
}

}  // namespace

std::string make_key() {
    const auto bytes = random_bytes<16>();
    return base64(bytes.data(), bytes.size());
}

std::string request(std::string_view host, std::uint16_t port, bool tls, std::string_view path, std::string_view key) {
    std::string text = "GET ";
    text.append(path).append(" HTTP/1.1\r\nHost: ").append(host);
    if (port != (tls ? 443 : 80)) text.append(":").append(std::to_string(port));
    text.append("\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n");
    text.append("Sec-WebSocket-Protocol: mqtt\r\nSec-WebSocket-Key: ").append(key).append("\r\n\r\n");
    return text;
}

std::string fault_in_answer(std::string_view answer, std::string_view key) {
    auto rest = answer;
    const auto status = take_line(rest);
    if (status.substr(0, 5) != "HTTP/") return "it does not speak HTTP, and so no WebSocket";
    const auto code = status.substr(std::min(status.find(' '), status.size()));
    if (code.substr(0, 4) != " 101" || (code.size() > 4 && code[4] != ' '))
        return "it opens no WebSocket: '" + told_by_broker(status) + "'; look at the path in url";
    if (!same_word(header(answer, "Upgrade"), "websocket") || header(answer, "Sec-WebSocket-Accept") != accept_for(key))
        return "its answer to the WebSocket request is not that of a WebSocket server";
    const auto protocol = header(answer, "Sec-WebSocket-Protocol");
    if (!protocol.empty() && !same_word(protocol, "mqtt")) return "its WebSocket does not speak MQTT";
    return {};
}

void append_frame(std::string& out, std::string_view payload) { out += frame(binary, payload); }

std::string close_frame() { return frame(close, std::string_view{"\x03\xe8", 2}); }  // 1000: normal

std::string Frames::begin_frame() {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(header_[i]); };
    if (header_.size() < 2) return {};
    const bool is_final = (byte(0) & 0x80) != 0;
    const unsigned opcode = byte(0) & 0x0f;
    const std::uint64_t first = byte(1) & 0x7f;
    const std::size_t size = first == 126 ? 4 : first == 127 ? 10 : 2;
    if ((byte(0) & 0x70) != 0 || (byte(1) & 0x80) != 0) return "the broker sent what is no WebSocket frame";
    if (opcode >= close) {
        if (opcode > pong || !is_final || first > 125) return "the broker sent what is no WebSocket frame";
    } else {
        if (opcode != continuation && opcode != binary) return "the broker sent a WebSocket text instead of MQTT";
        if ((opcode == continuation) != in_message_) return "the broker sent what is no WebSocket frame";
    }
    if (header_.size() < size) return {};
    left_ = first;
    if (size > 2) {
        left_ = 0;
        for (std::size_t i = 2; i < size; ++i) left_ = left_ << 8 | byte(i);
    }
    if (opcode < close) in_message_ = !is_final;
    opcode_ = opcode;
    in_frame_ = true;
    header_.clear();
    control_.clear();
    return {};
}

std::string Frames::feed(std::string_view bytes, std::string& payload, std::string& answer) {
    while (!bytes.empty() || (in_frame_ && left_ == 0)) {
        if (!in_frame_) {
            header_ += bytes.front();
            bytes.remove_prefix(1);
            if (auto fault = begin_frame(); !fault.empty()) return fault;
            continue;
        }
        const auto here = bytes.substr(0, static_cast<std::size_t>(std::min<std::uint64_t>(left_, bytes.size())));
        (opcode_ < close ? payload : control_) += here;
        bytes.remove_prefix(here.size());
        left_ -= here.size();
        if (left_ > 0) continue;
        in_frame_ = false;
        if (opcode_ == close) return in_close(control_);
        if (opcode_ == ping && answer.size() < most_answer_) answer += frame(pong, control_);
    }
    return {};
}

}  // namespace mqtt::websocket
