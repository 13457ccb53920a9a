#pragma once

#include "temp_dir.hpp"

#include <filesystem>
#include <string>

namespace tocsin::testing {

/// A private certificate authority and what it signed, made with the openssl command line; elliptic curve keys, PEM.
class Certificates {
  public:
    struct Pair {
        std::filesystem::path certificate;
        std::filesystem::path key;
    };

    Certificates();

    /// The certificate to trust; it signs all that follow but `stranger`.
    const std::filesystem::path& authority() const noexcept { return authority_.certificate; }
    /// Another authority, which signs only `stranger`.
    const std::filesystem::path& other_authority() const noexcept { return other_authority_.certificate; }

    /// For localhost and 127.0.0.1.
    const Pair& server() const noexcept { return server_; }
    /// For another host's name.
    const Pair& misnamed_server() const noexcept { return misnamed_server_; }
    /// For localhost and 127.0.0.1, until yesterday.
    const Pair& expired_server() const noexcept { return expired_server_; }
    const Pair& client() const noexcept { return client_; }
    /// A client certificate signed by the other authority.
    const Pair& stranger() const noexcept { return stranger_; }

  private:
    Pair make_authority(const std::string& name) const;
    Pair make(const std::string& name, const std::string& extensions, const Pair& signer, int days) const;

    TempDir folder_;
    Pair authority_;
    Pair other_authority_;
    Pair server_;
    Pair misnamed_server_;
    Pair expired_server_;
    Pair client_;
    Pair stranger_;
};

}  // namespace tocsin::testing
