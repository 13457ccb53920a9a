#include "tls_context.hpp"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509err.h>

#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <ctime>
#include <fstream>
#include <stdexcept>

namespace mqtt {
namespace {

constexpr off_t largest_file = 1024 * 1024;

[[noreturn]] void wrong(const std::string& option, const std::string& file, const std::string& what) {
    throw std::invalid_argument{option + ": '" + file + "' " + what};
}

[[noreturn]] void unusable(const std::string& option, const std::string& file, const std::string& kind) {
    const auto reason = take_tls_error();
    wrong(option, file, "holds no usable PEM " + kind + (reason.empty() ? "" : " (" + reason + ")"));
}

/// "2020-01-02".
std::string in_words(const ASN1_TIME* time) {
    std::tm parts{};
    char text[32];
    if (ASN1_TIME_to_tm(time, &parts) != 1 || std::strftime(text, sizeof text, "%Y-%m-%d", &parts) == 0)
        return "an unknown day";
    return text;
}

}  // namespace

void check_readable(const std::string& option, const std::string& file) {
    // Opening a FIFO or a device may wait for ever.
    struct stat about {};
    if (::stat(file.c_str(), &about) == 0 && !S_ISREG(about.st_mode))
        wrong(option, file, "cannot be read: it is no file");
    if (about.st_size > largest_file) wrong(option, file, "cannot be read: it is longer than 1 MiB");
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

std::string expiry_in_words(const std::string& certificate_file) {
    ERR_clear_error();
    const std::unique_ptr<BIO, int (*)(BIO*)> in{BIO_new_file(certificate_file.c_str(), "r"), BIO_free};
    if (!in) return ERR_clear_error(), "";
    const std::unique_ptr<X509, void (*)(X509*)> certificate{PEM_read_bio_X509(in.get(), nullptr, nullptr, nullptr),
                                                             X509_free};
    ERR_clear_error();
    if (!certificate) return {};
    const auto* last = X509_get0_notAfter(certificate.get());
    const auto* first = X509_get0_notBefore(certificate.get());
    if (X509_cmp_current_time(last) < 0) return "expired on " + in_words(last) + ": the broker may refuse it";
    if (X509_cmp_current_time(first) > 0)
        return "is not valid before " + in_words(first) + ": the broker may refuse it";
    return {};
}

std::shared_ptr<SSL_CTX> make_tls_context(const Settings& settings) {
    ERR_clear_error();
    std::shared_ptr<SSL_CTX> context{SSL_CTX_new(TLS_client_method()), SSL_CTX_free};
    if (!context) throw std::runtime_error{"TLS cannot be used: " + take_tls_error()};
    SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
    SSL_CTX_set_cipher_list(context.get(), cipher_suites);
    if (settings.verify) SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
    if (!settings.alpn.empty() &&
        SSL_CTX_set_alpn_protos(context.get(), reinterpret_cast<const unsigned char*>(settings.alpn.data()),
                                static_cast<unsigned>(settings.alpn.size())) != 0)
        throw std::invalid_argument{"alpn: these names cannot be used"};
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
    bool asked = false;
    SSL_CTX_set_default_passwd_cb_userdata(context.get(), &asked);
    SSL_CTX_set_default_passwd_cb(context.get(), [](char*, int, int, void* asked_for) {
        *static_cast<bool*>(asked_for) = true;
        return -1;
    });
    const int used = SSL_CTX_use_PrivateKey_file(context.get(), settings.key_file.c_str(), SSL_FILETYPE_PEM);
    SSL_CTX_set_default_passwd_cb_userdata(context.get(), nullptr);
    SSL_CTX_set_default_passwd_cb(context.get(), nullptr);
    if (asked)
        wrong("ssl-key", settings.key_file,
              "is protected by a passphrase, which cannot be asked for: give a key without one, readable by the "
              "router's user only");
    const bool mismatch = used != 1 && ERR_GET_LIB(ERR_peek_last_error()) == ERR_LIB_X509 &&
                          ERR_GET_REASON(ERR_peek_last_error()) == X509_R_KEY_VALUES_MISMATCH;
    // A key of another type than the certificate's has been taken as that of a second certificate.
    if (mismatch || (used == 1 && SSL_CTX_check_private_key(context.get()) != 1)) {
        ERR_clear_error();
        wrong("ssl-key", settings.key_file, "does not belong to the certificate in ssl-cert");
    }
    if (used == 1) return context;
    unusable("ssl-key", settings.key_file, "private key");
}

}  // namespace mqtt
