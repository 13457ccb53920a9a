#include "certificates.hpp"

#include "process.hpp"

namespace tocsin::testing {
namespace {

constexpr const char* configuration = R"([req]
distinguished_name = name
[name]
[authority]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign
subjectKeyIdentifier = hash
[server]
basicConstraints = critical, CA:FALSE
extendedKeyUsage = serverAuth
subjectAltName = DNS:localhost, IP:127.0.0.1
[misnamed]
basicConstraints = critical, CA:FALSE
extendedKeyUsage = serverAuth
subjectAltName = DNS:elsewhere.example
[client]
basicConstraints = critical, CA:FALSE
extendedKeyUsage = clientAuth
)";

constexpr int valid_days = 2;
constexpr int expired_days = -1;

}  // namespace

Certificates::Certificates() {
    folder_.write("openssl.cnf", configuration);
    authority_ = make_authority("authority");
    other_authority_ = make_authority("other-authority");
    server_ = make("localhost", "server", authority_, valid_days);
    misnamed_server_ = make("elsewhere.example", "misnamed", authority_, valid_days);
    expired_server_ = make("expired", "server", authority_, expired_days);
    client_ = make("client", "client", authority_, valid_days);
    stranger_ = make("stranger", "client", other_authority_, valid_days);
}

Certificates::Pair Certificates::make_authority(const std::string& name) const {
    const Pair pair{folder_.path() / (name + ".pem"), folder_.path() / (name + ".key")};
    run_ok({"openssl",
            "req",
            "-config",
            (folder_.path() / "openssl.cnf").string(),
            "-extensions",
            "authority",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:prime256v1",
            "-nodes",
            "-days",
            std::to_string(valid_days),
            "-subj",
            "/CN=tocsin test " + name,
            "-keyout",
            pair.key.string(),
            "-out",
            pair.certificate.string()});
    return pair;
}

Certificates::Pair Certificates::make(const std::string& name, const std::string& extensions, const Pair& signer,
                                      int days) const {
    const auto config = (folder_.path() / "openssl.cnf").string();
    const auto request = (folder_.path() / (name + ".csr")).string();
    const Pair pair{folder_.path() / (name + ".pem"), folder_.path() / (name + ".key")};
    run_ok({"openssl", "req", "-config", config, "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
            "-nodes", "-subj", "/CN=" + name, "-keyout", pair.key.string(), "-out", request});
    run_ok({"openssl", "x509", "-req", "-in", request, "-CA", signer.certificate.string(), "-CAkey",
            signer.key.string(), "-CAcreateserial", "-extfile", config, "-extensions", extensions, "-days",
            std::to_string(days), "-out", pair.certificate.string()});
    return pair;
}

}  // namespace tocsin::testing
