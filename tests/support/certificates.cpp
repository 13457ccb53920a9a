#include "certificates.hpp"

#include "process.hpp"

#include <vector>

namespace tocsin::testing {
namespace {

const std::string configuration = R"([req]
distinguished_name = name
[name]
[authority]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign
subjectKeyIdentifier = hash
[any]
commonName = supplied
[ca]
default_ca = signing
[signing]
default_md = sha256
policy = any
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

/// "20200102000000Z"
std::string openssl_time(std::chrono::sys_days day) {
    const std::chrono::year_month_day date{day};
    const auto digits = 10'000 * static_cast<int>(date.year()) + 100 * static_cast<int>(unsigned{date.month()}) +
                        static_cast<int>(unsigned{date.day()});
    return std::to_string(digits) + "000000Z";
}

}  // namespace

Authority::Authority(const std::string& name)
    : pair_{folder_.path() / (name + ".crt"), folder_.path() / (name + ".key")} {
    const auto signing = "database = " + (folder() / "index").string() + "\nnew_certs_dir = " + folder().string() +
                         "\nrand_serial = yes\n";
    auto command = request(folder_.write("openssl.cnf", configuration + signing).string(), "tocsin test " + name,
                           pair_.key.string(), pair_.certificate.string());
    command.insert(command.end(), {"-x509", "-extensions", "authority", "-days", "2"});
    run_ok(command);
}

KeyPair Authority::issue(const std::string& name, const std::string& extensions, std::chrono::sys_days end) const {
    const auto file = (folder() / name).string();
    const auto config = (folder() / "openssl.cnf").string();
    const KeyPair pair{file + ".crt", file + ".key"};
    run_ok(request(config, name, pair.key.string(), file + ".csr"));
    folder_.write("index", "");
    run_ok({"openssl",    "ca",
            "-batch",     "-notext",
            "-config",    config,
            "-in",        file + ".csr",
            "-cert",      pair_.certificate.string(),
            "-keyfile",   pair_.key.string(),
            "-extfile",   folder_.write(name + ".ext", extensions).string(),
            "-startdate", "20200101000000Z",
            "-enddate",   openssl_time(end),
            "-out",       pair.certificate.string()});
    return pair;
}

Certificates::Certificates()
    : server_{authority_.issue("localhost", for_servers + here)},
      misnamed_server_{authority_.issue("elsewhere.example", for_servers + "DNS:elsewhere.example\n")},
      expired_server_{authority_.issue("expired", for_servers + here, std::chrono::year{2020} / 1 / 2)},
      client_{authority_.issue("client", for_clients)},
      stranger_{other_authority_.issue("stranger", for_clients)} {}

}  // namespace tocsin::testing
