#include "subscriber.hpp"

#include <stdexcept>
#include <string_view>

namespace tocsin::testing {
namespace {

/// Begins a line that is a message; the client's own notices are between them.
constexpr std::string_view mark = "message ";

int digit(char hex) { return hex <= '9' ? hex - '0' : hex - 'a' + 10; }

/// "message RETAINED QOS PAYLOAD-IN-HEX TOPIC"
Message parse(const std::string& line) {
    const auto hex_begin = mark.size() + 4;
    const auto hex_end = line.find(' ', hex_begin);
    if (hex_end == std::string::npos) throw std::runtime_error{"mosquitto_sub wrote: " + line};
    Message message{line.substr(hex_end + 1), {}, line[mark.size() + 2] - '0', line[mark.size()] == '1'};
    for (auto at = hex_begin; at + 1 < hex_end; at += 2)
        message.payload += static_cast<char>(digit(line[at]) * 16 + digit(line[at + 1]));
    return message;
}

}  // namespace

Subscriber::Subscriber(std::uint16_t port, const std::string& filter, int qos)
    : process_{{"stdbuf", "-oL", "mosquitto_sub", "-h", "127.0.0.1", "-p", std::to_string(port), "-t", filter, "-q",
                std::to_string(qos), "-d", "-F", std::string{mark} + "%r %q %x %t"}} {
    const auto subscribed = [this] { return process_.out().find("Subscribed (mid: ") != std::string::npos; };
    if (!wait_until([&] { return subscribed() || !process_.running(); }) || !subscribed())
        throw std::runtime_error{"mosquitto_sub does not subscribe:\n" + process_.out() + process_.err()};
}

std::vector<Message> Subscriber::messages() const {
    std::vector<Message> all;
    for (const auto& line : lines_of(process_.out()))
        if (line.starts_with(mark)) all.push_back(parse(line));
    return all;
}

std::vector<Message> Subscriber::wait_for(std::size_t count, std::chrono::milliseconds deadline) const {
    std::vector<Message> all;
    const auto there = [&] {
        all = messages();
        return all.size() >= count;
    };
    if (wait_until(there, deadline)) return all;
    std::string text = "wanted " + std::to_string(count) + " messages, got " + std::to_string(all.size());
    for (const auto& message : all) text += "\n  " + message.topic + ": " + message.payload;
    throw std::runtime_error{text};
}

}  // namespace tocsin::testing
