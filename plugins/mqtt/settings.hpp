#pragma once

#include "protocol.hpp"
#include "url.hpp"

#include <tocsin/option.hpp>

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace mqtt {

/// What a `[[mqtt]]` section says. Empty texts were left out.
struct Settings {
    BrokerUrl url;
    Protocol protocol = Protocol::v3_1_1;
    std::string ca_file;
    std::string certificate_file;
    std::string key_file;
    bool verify = true;
    std::string alpn;  ///< as TLS has it: each name after a byte with its length
    std::string client_id;
    std::string username;
    std::string password;
    int qos = 0;            ///< for handlers that do not say
    bool retained = false;  ///< for handlers that do not say
    std::chrono::seconds keepalive{30};
    std::size_t window = 100;
    std::chrono::nanoseconds ack_timeout = std::chrono::seconds{30};
    std::chrono::nanoseconds connect_timeout = std::chrono::seconds{10};
    std::chrono::nanoseconds reconnect_min = std::chrono::milliseconds{100};
    std::chrono::nanoseconds reconnect_max = std::chrono::seconds{30};
};

/// Whether a Link carries the connection: only MQTT 3.1.1 over TCP goes without.
inline bool uses_link(const Settings& settings) {
    return settings.url.websocket || settings.url.tls || settings.protocol == Protocol::v5;
}

/// 0, 1 or 2 for one of the option's choices.
int read_qos(std::string_view text);

/// What an operator should know about these settings at each start, one warning each: what travels readable, what is
/// not checked, what has expired.
std::vector<std::string> warnings(const Settings& settings);

/// Checks what the schema cannot, and that the certificate files can be used. `name`: of the instance. Throws
/// std::invalid_argument with the option and what is wrong with it.
Settings read_settings(const tocsin::Options& options, std::string_view name);

}  // namespace mqtt
