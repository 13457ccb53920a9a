#pragma once

#include <string>

namespace mqtt {

/// What a CONNACK's return code means (MQTT 3.1.1, table 3.1), for the operator.
inline std::string connack_in_words(int code) {
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
