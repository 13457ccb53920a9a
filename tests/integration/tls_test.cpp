#include "datagrams.hpp"
#include "support/certificates.hpp"
#include "support/mosquitto.hpp"
#include "support/router.hpp"
#include "support/site.hpp"
#include "support/subscriber.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace tocsin::testing;

namespace {

/// Turns up in no output, whatever happens.
constexpr const char* password = "canary-7f3a";

const Certificates& certificates() {
    static const Certificates made;
    return made;
}

std::string trust(const std::filesystem::path& authority) { return "ssl-ca = \"" + authority.string() + "\"\n"; }

std::string show(const Certificates::Pair& pair) {
    return "ssl-cert = \"" + pair.certificate.string() + "\"\nssl-key = \"" + pair.key.string() + "\"\n";
}

std::string log_in(const std::string& name, const std::string& secret) {
    return "username = \"" + name + "\"\npassword = \"" + secret + "\"\n";
}

struct Case {
    const char* name;
    MosquittoSetup broker;
    std::string options;
    std::string reason{};  ///< what the log says; empty: it connects and delivers
    std::string host = "localhost";
};

/// One broker, one handler, one failure.
void try_out(const Case& one) {
    const auto broker = Mosquitto::started(one.broker);
    const Subscriber observer{broker->observer_port()};
    const auto port = free_port(Protocol::udp);
    const std::string scheme = one.broker.tls ? "ssl://" : "tcp://";
    const auto url = scheme + one.host + ":" + std::to_string(broker->port());
    const Site site{mqtt_section("plant", url, one.options) + task_log_section(port), "drain-timeout = \"100ms\""};
    site.handler("h.yaml",
                 "id: h\ntopic: qlik.task\nkind: mqtt\noptions:\n  topic: t\n  qos: 1\n"
                 "  payload: '{{ .TaskName }}'\n");
    const auto diary = site.path() / "diary.log";
    site.handler("diary.yaml", diary_handler(diary));
    Router router{site.config()};
    send_udp(port, failed_line.text());
    wait_for_diary(diary, 1);
    if (one.reason.empty()) {
        CHECK(observer.wait_for(1).front().payload == failed_line.task_name);
    } else {
        CHECK_NOTHROW(router.wait_for(one.reason));
    }
    const auto finished = router.stop();
    CHECK(finished.code == 0);
    CHECK(observer.messages().size() == (one.reason.empty() ? 1 : 0));
    CHECK((finished.out + finished.err).find(password) == std::string::npos);
}

}  // namespace

TEST_CASE("TLS, client certificates and passwords: who gets in") {
    const auto& made = certificates();
    const Case cases[] = {
        {.name = "private authority", .broker = {.tls = made.server()}, .options = trust(made.authority())},
        {.name = "by address",
         .broker = {.tls = made.server()},
         .options = trust(made.authority()),
         .host = "127.0.0.1"},
        {.name = "client certificate",
         .broker = {.tls = made.server(), .client_authority = made.authority()},
         .options = trust(made.authority()) + show(made.client())},
        {.name = "TLS and password",
         .broker = {.tls = made.server(), .users = {{"anna", password}}},
         .options = trust(made.authority()) + log_in("anna", password)},
        {.name = "password alone", .broker = {.users = {{"anna", password}}}, .options = log_in("anna", password)},
        {.name = "verification switched off",
         .broker = {.tls = made.misnamed_server()},
         .options = trust(made.other_authority()) + "insecure-skip-verify = true\n"},
    };
    for (const auto& one : cases) {
        SUBCASE(one.name) { try_out(one); }
    }
}

TEST_CASE("TLS, client certificates and passwords: who stays out, and why") {
    const auto& made = certificates();
    const Case cases[] = {
        {.name = "another authority",
         .broker = {.tls = made.server()},
         .options = trust(made.other_authority()),
         .reason = "unable to get local issuer certificate"},
        {.name = "the system's authorities",
         .broker = {.tls = made.server()},
         .options = "",
         .reason = "unable to get local issuer certificate"},
        {.name = "another name",
         .broker = {.tls = made.misnamed_server()},
         .options = trust(made.authority()),
         .reason = "certificate is not for 'localhost'"},
        {.name = "expired",
         .broker = {.tls = made.expired_server()},
         .options = trust(made.authority()),
         .reason = "certificate has expired"},
        {.name = "no client certificate",
         .broker = {.tls = made.server(), .client_authority = made.authority()},
         .options = trust(made.authority()),
         .reason = "certificate required"},
        {.name = "a stranger's client certificate",
         .broker = {.tls = made.server(), .client_authority = made.authority()},
         .options = trust(made.authority()) + show(made.stranger()),
         .reason = "unknown ca"},
        {.name = "wrong password",
         .broker = {.tls = made.server(), .users = {{"anna", "another"}}},
         .options = trust(made.authority()) + log_in("anna", password),
         .reason = "not authori"},
        {.name = "no password", .broker = {.users = {{"anna", "another"}}}, .options = "", .reason = "not authori"},
    };
    for (const auto& one : cases) {
        SUBCASE(one.name) { try_out(one); }
    }
}
