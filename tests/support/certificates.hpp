#pragma once

#include "temp_dir.hpp"

#include <chrono>
#include <filesystem>
#include <string>

namespace tocsin::testing {

/// A certificate and its private key; elliptic curve, PEM.
struct KeyPair {
    std::filesystem::path certificate;
    std::filesystem::path key;
};

/// A private certificate authority, made with the openssl command line, in a folder of its own.
class Authority {
  public:
    explicit Authority(const std::string& name);

    /// What to trust.
    const std::filesystem::path& certificate() const noexcept { return pair_.certificate; }
    const std::filesystem::path& folder() const noexcept { return folder_.path(); }

    /// Makes `<name>.crt` and `<name>.key` in the folder, valid from 2020 to the beginning of the day `end`.
    /// `extensions`: lines as in openssl's configuration.
    KeyPair issue(const std::string& name, const std::string& extensions,
                  std::chrono::sys_days end = std::chrono::year{2040} / 1 / 1) const;

  private:
    TempDir folder_;
    KeyPair pair_;
};

/// A private certificate authority and what it signed.
class Certificates {
  public:
    using Pair = KeyPair;

    Certificates();

    /// The certificate to trust; it signs all that follow but `stranger`.
    const std::filesystem::path& authority() const noexcept { return authority_.certificate(); }
    /// Another authority, which signs only `stranger`.
    const std::filesystem::path& other_authority() const noexcept { return other_authority_.certificate(); }

    /// For localhost and 127.0.0.1.
    const Pair& server() const noexcept { return server_; }
    /// For another host's name.
    const Pair& misnamed_server() const noexcept { return misnamed_server_; }
    /// For localhost and 127.0.0.1, until 2020-01-02.
    const Pair& expired_server() const noexcept { return expired_server_; }
    const Pair& client() const noexcept { return client_; }
    /// A client certificate signed by the other authority.
    const Pair& stranger() const noexcept { return stranger_; }

  private:
    Authority authority_{"authority"};
    Authority other_authority_{"other-authority"};
    Pair server_;
    Pair misnamed_server_;
    Pair expired_server_;
    Pair client_;
    Pair stranger_;
};

}  // namespace tocsin::testing
