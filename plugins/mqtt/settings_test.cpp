#include "settings.hpp"

#include "options.hpp"
#include "testing/certificates.hpp"
#include "testing/values.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <chrono>
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
    CHECK(starts(mistake({{"url", "ssl://plant"}, {"ssl-cert", "x"}}), "ssl-cert: needs the private key in ssl-key"));
    CHECK(starts(mistake({{"url", "wss://plant"}, {"ssl-key", "x"}}), "ssl-key: needs the certificate in ssl-cert"));
    for (const char* option : {"ssl-ca", "ssl-cert", "ssl-key", "alpn"})
        for (const char* url : {"tcp://plant", "mqtt://plant", "ws://plant"})
            CHECK(mistake({{"url", url}, {option, "x"}}) ==
                  std::string{option} +
                      ": has no effect without TLS: begin url with ssl:// or wss://, or leave it out");
    CHECK(starts(mistake({{"url", "ssl://plant"}, {"alpn", ""}}), "alpn: a name must have"));
    CHECK(starts(mistake({{"url", "ssl://plant"}, {"alpn", std::string(256, 'x')}}), "alpn: a name must have"));
    CHECK(starts(mistake({{"url", "ssl://plant"}, {"alpn", std::string{"a\0b", 3}}}), "alpn: "));
    CHECK(starts(mistake({{"url", "tcp://plant"}, {"client-id", std::string{"a\0b", 3}}}), "client-id: "));
    CHECK(starts(mistake({{"url", "tcp://plant"}, {"username", std::string(65536, 'u')}}), "username: "));
    CHECK(
        starts(mistake({{"url", "tcp://plant"}, {"reconnect-min", "2s"}, {"reconnect-max", "1s"}}), "reconnect-max: "));
    CHECK(mistake({{"url", "ssl://[::1]"}}) == "none");
    CHECK(mistake({{"url", "wss://[::1]"}}) == "none");
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
    testing::run({"openssl", "pkey", "-aes128", "-passout", "pass:x", "-in", made.file("one.key"), "-out",
                  made.file("locked.key")});
    const auto with = [&](Texts more) {
        more["url"] = "ssl://localhost";
        return mistake(more);
    };
    const auto one = made.file("one.crt");
    CHECK(with({{"ssl-ca", made.authority()}, {"ssl-cert", one}, {"ssl-key", made.file("one.key")}}) == "none");
    CHECK(starts(with({{"ssl-ca", made.file("missing")}}), "ssl-ca: '" + made.file("missing") + "' cannot be read"));
    CHECK(starts(with({{"ssl-ca", made.file("")}}), "ssl-ca: '" + made.file("") + "' cannot be read"));
    REQUIRE(::mkfifo(made.file("fifo").c_str(), 0600) == 0);
    for (const auto& file : {made.file("fifo"), std::string{"/dev/zero"}})
        CHECK(with({{"ssl-ca", file}}) == "ssl-ca: '" + file + "' cannot be read: it is no file");
    testing::write_file(made.file("long"), std::string(1024 * 1024 + 1, 'x'));
    CHECK(with({{"ssl-ca", made.file("long")}}) ==
          "ssl-ca: '" + made.file("long") + "' cannot be read: it is longer than 1 MiB");
    CHECK(starts(with({{"ssl-ca", made.file("empty")}}), "ssl-ca: '" + made.file("empty") + "' is empty"));
    CHECK(starts(with({{"ssl-ca", made.file("text")}}), "ssl-ca: '" + made.file("text") + "' holds no usable PEM"));
    CHECK(starts(with({{"ssl-cert", made.file("text")}, {"ssl-key", made.file("one.key")}}), "ssl-cert: "));
    CHECK(starts(with({{"ssl-cert", one}, {"ssl-key", made.file("text")}}), "ssl-key: "));
    const auto key = [&](const std::string& name) { return "ssl-key: '" + made.file(name) + "' "; };
    CHECK(with({{"ssl-cert", one}, {"ssl-key", made.file("two.key")}}) ==
          key("two.key") + "does not belong to the certificate in ssl-cert");
    testing::run({"openssl", "ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", made.file("curve.key")});
    CHECK(with({{"ssl-cert", one}, {"ssl-key", made.file("curve.key")}}) ==
          key("curve.key") + "does not belong to the certificate in ssl-cert");
    CHECK(starts(with({{"ssl-cert", one}, {"ssl-key", made.file("locked.key")}}),
                 key("locked.key") + "is protected by a passphrase"));
    testing::run({"openssl", "pkcs8", "-topk8", "-passout", "pass:x", "-in", made.file("one.key"), "-out",
                  made.file("locked.p8")});
    CHECK(starts(with({{"ssl-cert", one}, {"ssl-key", made.file("locked.p8")}}),
                 key("locked.p8") + "is protected by a passphrase"));
    CHECK(starts(with({{"ssl-cert", one}, {"ssl-key", made.file("one.crt")}}), key("one.crt") + "holds no usable PEM"));
    testing::run({"openssl", "x509", "-outform", "DER", "-in", one, "-out", made.file("one.der")});
    CHECK(
        starts(with({{"ssl-ca", made.file("one.der")}}), "ssl-ca: '" + made.file("one.der") + "' holds no usable PEM"));
    CHECK(starts(with({{"ssl-cert", made.file("one.der")}, {"ssl-key", made.file("one.key")}}), "ssl-cert: "));
}

TEST_CASE("the list of ALPN names is as TLS has it") {
    CHECK(read({{"url", "ssl://plant"}, {"alpn", "x-amzn-mqtt-ca"}}).alpn == "\x0ex-amzn-mqtt-ca");
    CHECK(read({{"url", "ssl://plant"}}).alpn.empty());
}

TEST_CASE("the protocol, and what handlers get that do not say") {
    auto settings = read({{"url", "tcp://plant"}});
    CHECK(settings.protocol == mqtt::Protocol::v3_1_1);
    CHECK(settings.qos == 0);
    CHECK_FALSE(settings.retained);
    settings = read({{"url", "tcp://plant"}, {"protocol", "5"}, {"qos", "exactly-once"}, {"retained", "true"}});
    CHECK(settings.protocol == mqtt::Protocol::v5);
    CHECK(settings.qos == 2);
    CHECK(settings.retained);
    CHECK(read({{"url", "tcp://plant"}, {"protocol", "3.1.1"}}).protocol == mqtt::Protocol::v3_1_1);
    CHECK_FALSE(read({{"url", "tcp://plant"}, {"retained", "false"}}).retained);
}

TEST_CASE("warnings at the start") {
    const auto told = [](const Texts& texts) {
        std::string all;
        for (const auto& warning : mqtt::warnings(read(texts))) all += warning + "\n";
        return all;
    };
    const Texts user{{"username", "u"}, {"password", "geheim"}};
    const auto with_user = [&](const std::string& url) {
        auto texts = user;
        texts["url"] = url;
        return told(texts);
    };
    CHECK(with_user("tcp://plant") ==
          "the password travels readable to tcp://plant:1883, which is not encrypted: use ssl://\n");
    CHECK(with_user("ws://192.0.2.1/x?token=t") ==
          "the password travels readable to ws://192.0.2.1:80/x, which is not encrypted: use wss://\n");
    for (const char* url : {"tcp://localhost", "ws://127.0.0.1", "tcp://[::1]", "ssl://plant", "wss://plant"})
        CHECK(with_user(url).empty());
    CHECK(told({{"url", "tcp://plant"}}).empty());
    CHECK(
        starts(told({{"url", "wss://plant"}, {"insecure-skip-verify", "true"}}),
               "insecure-skip-verify: the broker's certificate is not checked, anybody on the way to wss://plant:443"));
    CHECK(told({{"url", "tcp://plant"}, {"insecure-skip-verify", "true"}}).empty());

    testing::Certificates made;
    made.issue("good", "DNS:localhost");
    made.issue("old", "DNS:localhost", std::chrono::year{2020} / 1 / 2);
    const auto certificate = [&](const std::string& name) {
        return told({{"url", "ssl://localhost"},
                     {"ssl-cert", made.file(name + ".crt")},
                     {"ssl-key", made.file(name + ".key")}});
    };
    CHECK(certificate("good").empty());
    CHECK(certificate("old") ==
          "ssl-cert: '" + made.file("old.crt") + "' expired on 2020-01-02: the broker may refuse it\n");
}
