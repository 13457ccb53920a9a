#pragma once

#include "protocol.hpp"
#include "reason_code.hpp"

#include <string>

namespace mqtt {

/// What a CONNACK's code means for the operator: the return code of MQTT 3.1.1 (table 3.1), or the reason code of
/// MQTT 5.
inline std::string connack_in_words(int code, Protocol protocol) {
    if (protocol == Protocol::v5) {
        switch (code) {
            case 0x01:  // of a broker that knows MQTT 3.1.1 only
            case 0x84: return "it does not speak MQTT 5; write protocol = \"3.1.1\"";
            case 0x85: return "the client identifier is rejected (client-id) (0x85)";
        }
        return reason_in_words(code);
    }
    switch (code) {
        case 1: return "it does not speak MQTT 3.1.1";
        case 2: return "the client identifier is rejected (client-id)";
        case 3: return "the server is unavailable";
        case 4: return "bad user name or password";
        case 5: return "not authorised";
    }
    return "return code " + std::to_string(code);
}

}  // namespace mqtt
