#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tocsin::core::http {

/// Where a server listens.
struct Address {
    std::string host;  ///< "127.0.0.1", "::1", "0.0.0.0", or "*" for every address
    std::uint16_t port = 0;

    /// Whether only this machine reaches it.
    bool is_loopback() const noexcept;
};

/// Reads "127.0.0.1:9092", "[::1]:9092", "localhost:9092" (which is 127.0.0.1) or "*:9092"; ports from 0, where the
/// system chooses one. Nothing when it is none of these: names are not looked up.
std::optional<Address> parse_address(std::string_view text);

}  // namespace tocsin::core::http
