#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin::soak {

/// One message as a broker got it, whole: at QoS 2 when it was released.
struct Arrival {
    std::string handler;  ///< the first level of its MQTT topic
    unsigned number = 0;  ///< the last level
    unsigned life = 0;    ///< of the broker, from 0
    std::string client;
    bool confirmed = false;  ///< the broker has sent the last acknowledgement; at QoS 0 never
};

/// What mosquitto's log of all its lives says about messages whose MQTT topics are `handler/.../number`. It is written
/// line by line before the broker goes on, so it holds all that was acknowledged, also after kill -9.
/// Throws std::runtime_error for a line that is not understood.
std::vector<Arrival> read_broker_log(std::string_view text);

}  // namespace tocsin::soak
