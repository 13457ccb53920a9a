#pragma once

#include "process.hpp"

#include <string>

namespace testing {

/// Certificates made with the openssl command: a private authority, and what it signed.
class Certificates {
  public:
    Certificates();

    std::string authority() const { return folder_.file("ca.crt"); }
    std::string file(const std::string& name) const { return folder_.file(name); }

    /// Makes `<name>.crt` and `<name>.key`. `names`: as in "DNS:localhost". `end`: as in "300101000000Z".
    void issue(const std::string& name, const std::string& names, const std::string& end = "400101000000Z");

    /// A mosquitto listener's lines for that certificate.
    std::string listener(const std::string& name) const;

  private:
    TemporaryFolder folder_;
};

}  // namespace testing
