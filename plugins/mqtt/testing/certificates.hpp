#pragma once

#include "process.hpp"
#include "support/certificates.hpp"

#include <string>

namespace testing {

/// A private authority, and what it signed.
class Certificates {
  public:
    std::string authority() const { return authority_.certificate().string(); }
    /// `name` in the folder of the certificates.
    std::string file(const std::string& name) const { return (authority_.folder() / name).string(); }

    /// Makes `<name>.crt` and `<name>.key`. `names`: as in "DNS:localhost". `end`: as in "300101000000Z"; a certificate
    /// that should have ended by now ends yesterday.
    void issue(const std::string& name, const std::string& names, const std::string& end = "400101000000Z") const {
        constexpr auto now = "260101000000Z";
        authority_.issue(name, "subjectAltName = " + names + "\n",
                         end < now ? tocsin::testing::Authority::expired : tocsin::testing::Authority::valid);
    }

    /// A mosquitto listener's lines for that certificate.
    std::string listener(const std::string& name) const {
        return "cafile " + authority() + "\ncertfile " + file(name + ".crt") + "\nkeyfile " + file(name + ".key") +
               "\n";
    }

  private:
    tocsin::testing::Authority authority_{"ca"};
};

}  // namespace testing
