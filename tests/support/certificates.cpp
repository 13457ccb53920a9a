#include "certificates.hpp"

#include "process.hpp"

#include <vector>

namespace tocsin::testing {
namespace {

constexpr const char* configuration = R"([req]
distinguished_name = name
[name]
[authority]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign
subjectKeyIdentifier = hash
)";

const std::string for_servers =
    "basicConstraints = critical, CA:FALSE\nextendedKeyUsage = serverAuth\nsubjectAltName = ";
const std::string for_clients = "basicConstraints = critical, CA:FALSE\nextendedKeyUsage = clientAuth\n";
const std::string here = "DNS:localhost, IP:127.0.0.1\n";

/// "openssl req" with a new key, for `name`.
std::vector<std::string> request(const std::string& config, const std::string& name, const std::string& key,
                                 const std::string& out) {
    return {"openssl", "req",   "-config",     config,    "-newkey", "ec",   "-pkeyopt", "ec_paramgen_curve:prime256v1",
            "-nodes",  "-subj", "/CN=" + name, "-keyout", key,       "-out", out};
}

}  // namespace

Authority::Authority(const std::string& name)
    : pair_{folder_.path() / (name + ".crt"), folder_.path() / (name + ".key")} {
    auto command = request(folder_.write("openssl.cnf", configuration).string(), "tocsin test " + name,
                           pair_.key.string(), pair_.certificate.string());
    command.insert(command.end(), {"-x509", "-extensions", "authority", "-days", std::to_string(valid)});
    run_ok(command);
}

KeyPair Authority::issue(const std::string& name, const std::string& extensions, int days) const {
    const auto file = (folder() / name).string();
    const KeyPair pair{file + ".crt", file + ".key"};
    run_ok(request((folder() / "openssl.cnf").string(), name, pair.key.string(), file + ".csr"));
    run_ok({"openssl", "x509", "-req", "-in", file + ".csr", "-CA", pair_.certificate.string(), "-CAkey",
            pair_.key.string(), "-CAcreateserial", "-extfile", folder_.write(name + ".ext", extensions).string(),
            "-days", std::to_string(days), "-out", pair.certificate.string()});
    return pair;
}

Certificates::Certificates()
    : server_{authority_.issue("localhost", for_servers + here)},
      misnamed_server_{authority_.issue("elsewhere.example", for_servers + "DNS:elsewhere.example\n")},
      expired_server_{authority_.issue("expired", for_servers + here, Authority::expired)},
      client_{authority_.issue("client", for_clients)},
      stranger_{other_authority_.issue("stranger", for_clients)} {}

}  // namespace tocsin::testing
