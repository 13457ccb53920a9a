#pragma once

#include "settings.hpp"

#include <openssl/types.h>

#include <memory>
#include <string>

namespace mqtt {

/// Suites that exist in TLS 1.2 only, so that nothing older can be agreed on (Paho sets no least version); those of TLS
/// 1.3 are a list of their own.
inline constexpr const char* cipher_suites = "TLSv1.2+HIGH:!aNULL:!PSK:!SRP";

/// Throws std::invalid_argument naming `option` when `file` cannot be read or is empty.
void check_readable(const std::string& option, const std::string& file);

/// An OpenSSL context with the authorities, certificate, key and ALPN of `settings`, TLS 1.2 at least. Throws
/// std::invalid_argument naming the option whose file cannot be used.
std::shared_ptr<SSL_CTX> make_tls_context(const Settings& settings);

/// "expired on ..." or "is not valid before ..." for the certificate in a PEM file; empty when it is valid now or
/// cannot be read.
std::string expiry_in_words(const std::string& certificate_file);

/// OpenSSL's oldest error of this thread in words, or an empty text; forgets the others.
std::string take_tls_error();

}  // namespace mqtt
