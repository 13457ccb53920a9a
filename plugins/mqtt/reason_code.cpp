#include "reason_code.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

namespace mqtt {
namespace {

constexpr auto delivered = Verdict::delivered;
constexpr auto retry = Verdict::retry;
constexpr auto rejected = Verdict::rejected;

constexpr std::array<ReasonCode, 43> reason_codes{{
    {0x00, "success", delivered},
    {0x01, "granted QoS 1", delivered},
    {0x02, "granted QoS 2", delivered},
    {0x04, "disconnect with will message", delivered},
    {0x10, "no matching subscribers", delivered},
    {0x11, "no subscription existed", delivered},
    {0x18, "continue authentication", delivered},
    {0x19, "re-authenticate", delivered},
    {0x80, "unspecified error", retry},
    {0x81, "malformed packet", rejected},
    {0x82, "protocol error", rejected},
    {0x83, "implementation specific error", retry},
    {0x84, "unsupported protocol version", retry},
    {0x85, "client identifier not valid", retry},
    {0x86, "bad user name or password", retry},
    {0x87, "not authorized", rejected},
    {0x88, "server unavailable", retry},
    {0x89, "server busy", retry},
    {0x8a, "banned", retry},
    {0x8b, "server shutting down", retry},
    {0x8c, "bad authentication method", retry},
    {0x8d, "keep alive timeout", retry},
    {0x8e, "session taken over", retry},
    {0x8f, "topic filter invalid", retry},
    {0x90, "topic name invalid", rejected},
    {0x91, "packet identifier in use", retry},
    {0x92, "packet identifier not found", retry},
    {0x93, "receive maximum exceeded", retry},
    {0x94, "topic alias invalid", retry},
    {0x95, "packet too large", rejected},
    {0x96, "message rate too high", retry},
    {0x97, "quota exceeded", retry},
    {0x98, "administrative action", retry},
    {0x99, "payload format invalid", rejected},
    {0x9a, "retain not supported", rejected},
    {0x9b, "QoS not supported", rejected},
    {0x9c, "use another server", retry},
    {0x9d, "server moved", retry},
    {0x9e, "shared subscriptions not supported", retry},
    {0x9f, "connection rate exceeded", retry},
    {0xa0, "maximum connect time", retry},
    {0xa1, "subscription identifiers not supported", retry},
    {0xa2, "wildcard subscriptions not supported", retry},
}};

const ReasonCode* find(int code) {
    const auto* found = std::find_if(reason_codes.begin(), reason_codes.end(),
                                     [&](const ReasonCode& known) { return known.code == code; });
    return found == reason_codes.end() ? nullptr : found;
}

}  // namespace

Verdict verdict_on_publish(int code) {
    if (code >= 0 && code < 0x80) return delivered;
    const auto* known = find(code);
    return known != nullptr ? known->publish : retry;
}

bool names_another_cause(int code) {
    switch (code) {
        case 0x88:
        case 0x89:
        case 0x8b:
        case 0x8d:
        case 0x8e:
        case 0x93:
        case 0x96:
        case 0x98:
        case 0x9c:
        case 0x9d:
        case 0x9f:
        case 0xa0: return true;
        default: return false;
    }
}

std::string reason_in_words(int code) {
    char number[24];
    std::snprintf(number, sizeof number, "0x%02x", static_cast<unsigned>(code));
    const auto* known = find(code);
    if (known == nullptr) return std::string{"reason code "} + number;
    return std::string{known->name} + " (" + number + ")";
}

std::string reason_in_words(int code, std::string_view said) {
    auto text = reason_in_words(code);
    if (!said.empty()) text.append(", it says: ").append(said);
    return text;
}

}  // namespace mqtt
