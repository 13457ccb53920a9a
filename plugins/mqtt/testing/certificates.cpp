#include "certificates.hpp"

namespace testing {

Certificates::Certificates() {
    run({"openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "3650", "-subj", "/CN=Test authority",
         "-keyout", file("ca.key"), "-out", file("ca.crt")});
    write_file(file("index"), "");
    write_file(file("serial"), "01\n");
}

void Certificates::issue(const std::string& name, const std::string& names, const std::string& end) {
    run({"openssl", "req", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=" + name, "-keyout", file(name + ".key"),
         "-out", file(name + ".csr")});
    write_file(file("ca.conf"), "[ca]\ndefault_ca = authority\n[authority]\ndatabase = " + file("index") +
                                    "\nserial = " + file("serial") + "\nnew_certs_dir = " + file("") +
                                    "\ndefault_md = sha256\npolicy = any\nx509_extensions = names\n"
                                    "[any]\ncommonName = supplied\n[names]\nsubjectAltName = " +
                                    names + "\n");
    run({"openssl", "ca", "-batch", "-notext", "-config", file("ca.conf"), "-cert", file("ca.crt"), "-keyfile",
         file("ca.key"), "-startdate", "200101000000Z", "-enddate", end, "-in", file(name + ".csr"), "-out",
         file(name + ".crt")});
}

std::string Certificates::listener(const std::string& name) const {
    return "cafile " + authority() + "\ncertfile " + file(name + ".crt") + "\nkeyfile " + file(name + ".key") + "\n";
}

}  // namespace testing
