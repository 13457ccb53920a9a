#pragma once

#include "process.hpp"
#include "support/certificates.hpp"

#include <chrono>
#include <string>

namespace testing {

/// A private authority, and what it signed.
class Certificates {
  public:
    std::string authority() const { return authority_.certificate().string(); }
    /// `name` in the folder of the certificates.
    std::string file(const std::string& name) const { return (authority_.folder() / name).string(); }

    /// Makes `<name>.crt` and `<name>.key`. `names`: as in "DNS:localhost". `end`: a day.
    void issue(const std::string& name, const std::string& names,
               std::chrono::sys_days end = std::chrono::year{2040} / 1 / 1) const {
        authority_.issue(name, "subjectAltName = " + names + "\n", end);
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
