#pragma once

#include "url.hpp"

#include <tocsin/option.hpp>

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

namespace mqtt {

/// What a `[[mqtt]]` section says. Empty texts were left out.
struct Settings {
    BrokerUrl url;
    std::string ca_file;
    std::string certificate_file;
    std::string key_file;
    bool verify = true;
    std::string client_id;
    std::string username;
    std::string password;
    std::chrono::seconds keepalive{30};
    std::size_t window = 100;
    std::chrono::nanoseconds ack_timeout = std::chrono::seconds{30};
    std::chrono::nanoseconds connect_timeout = std::chrono::seconds{10};
    std::chrono::nanoseconds reconnect_min = std::chrono::milliseconds{100};
    std::chrono::nanoseconds reconnect_max = std::chrono::seconds{30};
};

/// Checks what the schema cannot, and that the certificate files can be used. `name`: of the instance. Throws
/// std::invalid_argument with the option and what is wrong with it.
Settings read_settings(const tocsin::Options& options, std::string_view name);

}  // namespace mqtt
