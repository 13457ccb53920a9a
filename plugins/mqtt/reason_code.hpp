#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace mqtt {

/// What an answer to a publish means for its delivery.
enum class Verdict { delivered, retry, rejected };

/// A reason code of MQTT 5 (OASIS standard, 7 March 2019, table 2-6).
struct ReasonCode {
    std::uint8_t code;
    std::string_view name;
    Verdict publish;  ///< when it answers a publish: PUBACK, PUBREC or PUBCOMP
};

/// The verdict on a publish. Below 0x80 the broker has taken it. Rejected is what speaks of the message itself and so
/// would be answered the same again; everything else, also a code that is not in the standard, speaks of the broker or
/// the connection and is tried again.
Verdict verdict_on_publish(int code);

/// Whether a broker that closes the connection with this code in DISCONNECT does so for a reason that no publish gave
/// it: it shuts down, another client has the same identifier, ...
bool names_another_cause(int code);

/// "not authorized (0x87)"; "reason code 0x7f" for one that is not in the standard.
std::string reason_in_words(int code);

/// The same, and what the broker said about it in words of its own, if anything.
std::string reason_in_words(int code, std::string_view said);

}  // namespace mqtt
