#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace task_log {

/// An IP address. IPv4 mapped into IPv6 (`::ffff:10.0.0.1`) is the IPv4 address.
class Address {
  public:
    Address() = default;
    explicit Address(const std::array<std::uint8_t, 4>& bytes) noexcept;
    explicit Address(const std::array<std::uint8_t, 16>& bytes) noexcept;

    /// `10.0.0.1`, `fe80::1`; nothing when `text` is anything else (a name, a zone index, blanks, ...).
    static std::optional<Address> parse(std::string_view text);

    bool is_v4() const noexcept;
    bool is_loopback() const noexcept;
    std::string text() const;

    /// In the IPv6 form, IPv4 mapped.
    const std::array<std::uint8_t, 16>& bytes() const noexcept { return bytes_; }

    bool operator==(const Address&) const = default;

  private:
    std::array<std::uint8_t, 16> bytes_{};
};

/// Networks whose addresses may send.
class AllowList {
  public:
    /// `entries`: "10.0.0.0/8", "fd00::/8", "::ffff:10.0.0.0/104" (the same as the first); an address alone is a
    /// network of one. Bits behind the prefix do not count. Throws std::runtime_error for an entry that is none.
    explicit AllowList(const std::vector<std::string>& entries);

    /// An IPv6 network holds no IPv4 address, not even `::/0` one.
    bool contains(const Address& address) const noexcept;

  private:
    struct Network {
        Address address;
        int prefix;  // of the 128 bits
    };
    static std::optional<Network> parse(std::string_view text);

    std::vector<Network> networks_;
};

/// Whether `listen` ("host:port", "[v6]:port", "*:port") is bound to the loopback interface alone. Throws
/// std::runtime_error when it has no such form. A name other than `localhost` is not resolved and counts as not
/// loopback.
bool listens_on_loopback(std::string_view listen);

}  // namespace task_log
