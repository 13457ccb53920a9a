#include "settings.hpp"

#include "options.hpp"
#include "testing/certificates.hpp"
#include "testing/values.hpp"

#include <doctest/doctest.h>

#include <stdexcept>
#include <string>

using testing::Texts;

namespace {

mqtt::Settings read(const Texts& texts) {
    const testing::Values values{mqtt::instance_options, texts};
    return mqtt::read_settings({mqtt::instance_options, values.data(), values.size()}, "plant");
}

std::string mistake(const Texts& texts) {
    try {
        read(texts);
    } catch (const std::exception& error) {
        return error.what();
    }
    return "none";
}

bool starts(const std::string& text, const std::string& with) {
    INFO(text);
    CHECK(text.compare(0, with.size(), with) == 0);
    return text.compare(0, with.size(), with) == 0;
}

}  // namespace

TEST_CASE("defaults of a broker") {
    const auto settings = read({{"url", "tcp://plant"}});
    CHECK(settings.client_id == "plant");
    CHECK(settings.verify);
    CHECK(settings.window == 100);
    CHECK(settings.keepalive == std::chrono::seconds{30});
    CHECK(settings.ack_timeout == std::chrono::seconds{30});
    CHECK(settings.reconnect_min == std::chrono::milliseconds{100});
    CHECK(settings.reconnect_max == std::chrono::seconds{30});
}

TEST_CASE("empty texts count as left out, as in Kapacitor's sample") {
    const auto settings = read({{"url", "tcp://plant"},
                                {"client-id", ""},
                                {"username", ""},
                                {"password", ""},
                                {"ssl-ca", ""},
                                {"ssl-cert", ""},
                                {"ssl-key", ""}});
    CHECK(settings.client_id == "plant");
}

TEST_CASE("mistakes in a broker's section") {
    CHECK(mistake({{"url", "tcp://plant"}}) == "none");
    CHECK(mistake({{"url", "tcp://plant"}, {"username", "u"}, {"password", "p"}}) == "none");
    CHECK(starts(mistake({{"url", "tcp://plant"}, {"password", "p"}}), "password: "));
    CHECK(starts(mistake({{"url", "tcp://plant"}, {"ssl-cert", "x"}}), "ssl-cert: needs the private key in ssl-key"));
    CHECK(starts(mistake({{"url", "tcp://plant"}, {"ssl-key", "x"}}), "ssl-key: needs the certificate in ssl-cert"));
    CHECK(starts(mistake({{"url", "tcp://plant"}, {"client-id", std::string{"a\0b", 3}}}), "client-id: "));
    CHECK(starts(mistake({{"url", "tcp://plant"}, {"username", std::string(65536, 'u')}}), "username: "));
    CHECK(
        starts(mistake({{"url", "tcp://plant"}, {"reconnect-min", "2s"}, {"reconnect-max", "1s"}}), "reconnect-max: "));
    CHECK(starts(mistake({{"url", "ssl://[::1]"}}), "url: the certificate"));
    CHECK(mistake({{"url", "ssl://[::1]"}, {"insecure-skip-verify", "true"}}) == "none");
    const auto all = mistake({{"url", "plant"}, {"password", "p"}, {"ssl-key", "x"}});
    CHECK(all.find("url: ") == 0);
    CHECK(all.find("\npassword: needs a username") != std::string::npos);
    CHECK(all.find("\nssl-key: needs the certificate") != std::string::npos);
}

TEST_CASE("files that cannot be used are mistakes") {
    testing::Certificates made;
    made.issue("one", "DNS:localhost");
    made.issue("two", "DNS:localhost");
    testing::write_file(made.file("empty"), "");
    testing::write_file(made.file("text"), "no PEM at all\n");
    testing::run({"openssl", "rsa", "-aes128", "-passout", "pass:x", "-in", made.file("one.key"), "-out",
                  made.file("locked.key")});
    const auto with = [&](Texts more) {
        more["url"] = "ssl://localhost";
        return mistake(more);
    };
    const auto one = made.file("one.crt");
    CHECK(with({{"ssl-ca", made.authority()}, {"ssl-cert", one}, {"ssl-key", made.file("one.key")}}) == "none");
    CHECK(starts(with({{"ssl-ca", made.file("missing")}}), "ssl-ca: '" + made.file("missing") + "' cannot be read"));
    CHECK(starts(with({{"ssl-ca", made.file("")}}), "ssl-ca: '" + made.file("") + "' cannot be read"));
    CHECK(starts(with({{"ssl-ca", made.file("empty")}}), "ssl-ca: '" + made.file("empty") + "' is empty"));
    CHECK(starts(with({{"ssl-ca", made.file("text")}}), "ssl-ca: '" + made.file("text") + "' holds no usable PEM"));
    CHECK(starts(with({{"ssl-cert", made.file("text")}, {"ssl-key", made.file("one.key")}}), "ssl-cert: "));
    CHECK(starts(with({{"ssl-cert", one}, {"ssl-key", made.file("text")}}), "ssl-key: "));
    CHECK(starts(with({{"ssl-cert", one}, {"ssl-key", made.file("two.key")}}), "ssl-key: "));
    CHECK(starts(with({{"ssl-cert", one}, {"ssl-key", made.file("locked.key")}}), "ssl-key: "));
}
