#include "tls_context.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <stdexcept>

namespace mqtt {
namespace {

[[noreturn]] void wrong(const std::string& option, const std::string& file, const std::string& what) {
    throw std::invalid_argument{option + ": '" + file + "' " + what};
}

[[noreturn]] void unusable(const std::string& option, const std::string& file, const std::string& kind) {
    const auto reason = take_tls_error();
    wrong(option, file, "holds no usable PEM " + kind + (reason.empty() ? "" : " (" + reason + ")"));
}

}  // namespace

void check_readable(const std::string& option, const std::string& file) {
    errno = 0;
    std::ifstream in{file, std::ios::binary};
    const bool opened = in.is_open();
    in.get();
    if (!opened || in.bad()) {
        const int error = errno;
        wrong(option, file, std::string{"cannot be read: "} + std::strerror(error != 0 ? error : EIO));
    }
    if (in.eof()) wrong(option, file, "is empty");
}

std::string take_tls_error() {
    const auto code = ERR_get_error();
    ERR_clear_error();
    if (code == 0) return {};
    const char* reason = ERR_reason_error_string(code);
    return reason != nullptr ? reason : "OpenSSL error " + std::to_string(code);
}

std::shared_ptr<SSL_CTX> make_tls_context(const Settings& settings) {
    ERR_clear_error();
    const std::shared_ptr<SSL_CTX> context{SSL_CTX_new(TLS_client_method()), SSL_CTX_free};
    if (!context) throw std::runtime_error{"TLS cannot be used: " + take_tls_error()};
    SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
    SSL_CTX_set_cipher_list(context.get(), cipher_suites);
    if (settings.verify) SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
    if (settings.ca_file.empty()) {
        SSL_CTX_set_default_verify_paths(context.get());
    } else {
        check_readable("ssl-ca", settings.ca_file);
        if (SSL_CTX_load_verify_locations(context.get(), settings.ca_file.c_str(), nullptr) != 1)
            unusable("ssl-ca", settings.ca_file, "certificate");
    }
    if (settings.certificate_file.empty()) return context;
    check_readable("ssl-cert", settings.certificate_file);
    if (SSL_CTX_use_certificate_chain_file(context.get(), settings.certificate_file.c_str()) != 1)
        unusable("ssl-cert", settings.certificate_file, "certificate");
    check_readable("ssl-key", settings.key_file);
    // A key with a passphrase must fail, not ask on the terminal.
    SSL_CTX_set_default_passwd_cb(context.get(), [](char*, int, int, void*) { return -1; });
    if (SSL_CTX_use_PrivateKey_file(context.get(), settings.key_file.c_str(), SSL_FILETYPE_PEM) != 1)
        unusable("ssl-key", settings.key_file, "private key for the certificate in ssl-cert");
    return context;
}

}  // namespace mqtt
