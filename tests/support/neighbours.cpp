#include "neighbours.hpp"

#include "black_hole.hpp"
#include "fixtures/plugin_folder.hpp"
#include "mosquitto.hpp"
#include "mqtt/testing/fake_broker.hpp"
#include "mqtt/testing/scripted_broker.hpp"
#include "ports.hpp"
#include "silent_name_server.hpp"
#include "site.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <fstream>
#include <sstream>

namespace tocsin::testing {
namespace {

using ::testing::FakeBroker;
using ::testing::ScriptedBroker;

constexpr std::string_view impatient = "connect-timeout = \"1s\"\nack-timeout = \"1s\"";

std::string loopback_url(std::uint16_t port, const std::string& scheme = "tcp") {
    return scheme + "://127.0.0.1:" + std::to_string(port);
}

void add_broker(Neighbour& neighbour, const std::string& name, const std::string& url,
                std::string_view options = impatient) {
    neighbour.sections += mqtt_section(name, url, std::string{options});
    neighbour.files.emplace_back(name + ".yaml",
                                 "id: " + name + "\ntopic: qlik.task\nkind: mqtt\noptions:\n  broker-name: " + name +
                                     "\n  topic: bad\n  qos: 1\n  payload: '{{ printf \"%0200000d\" 1 }}'\n");
}

Neighbour broker(const std::string& url, std::string_view options = impatient) {
    Neighbour neighbour;
    add_broker(neighbour, "bad", url, options);
    return neighbour;
}

/// Keeps a part alive for as long as the neighbour.
template <class Part>
std::shared_ptr<Part> keep(Neighbour& neighbour, std::shared_ptr<Part> part) {
    neighbour.parts.push_back(part);
    return part;
}

bool says(const Router& router, const std::string& text) { return router.output().find(text) != std::string::npos; }

/// Bytes of this machine's sockets that are connected to the loopback port which wait for room at the other end.
std::size_t unsent_to(std::uint16_t port) {
    std::ifstream table{"/proc/net/tcp"};
    std::size_t sum = 0;
    std::string line;
    std::getline(table, line);
    while (std::getline(table, line)) {
        // "  0: 0100007F:1F90 0100007F:A3C2 01 00000000:00000000 ...": number, local, remote, state, unsent:unread
        std::istringstream words{line};
        std::string number, local, remote, state, queues;
        words >> number >> local >> remote >> state >> queues;
        if (remote.size() < 9 || queues.size() < 8 || std::stoul(remote.substr(9), nullptr, 16) != port) continue;
        sum += std::stoul(queues.substr(0, 8), nullptr, 16);
    }
    return sum;
}

/// Acknowledges one PUBLISH a second.
class OneASecond {
  public:
    ~OneASecond() { ending_ = true; }

    std::string url() const { return broker_.url(); }
    unsigned taken() const noexcept { return taken_; }

  private:
    std::optional<std::string> answer(const ::testing::Packet& packet) {
        using namespace std::string_literals;
        if (packet.is_connect()) return "\x20\x02\0\0"s;
        if (!packet.is_publish()) return ""s;
        wait_until([this] { return ending_.load(); }, std::chrono::seconds{1});
        ++taken_;
        return "\x40\x02"s + packet.identifier();
    }

    std::atomic<bool> ending_{false};
    std::atomic<unsigned> taken_{0};
    ScriptedBroker broker_{[this](const auto& packet) { return answer(packet); }};
};

}  // namespace

Neighbour refusing_broker() {
    const auto url = loopback_url(free_port(Protocol::tcp));
    auto neighbour = broker(url);
    neighbour.met = [url](const Router& router) {
        return says(router, "cannot connect to " + url + ": Connection refused");
    };
    return neighbour;
}

Neighbour black_holed_broker() {
    const auto hole = std::make_shared<BlackHole>();
    const auto url = loopback_url(hole->port());
    auto neighbour = broker(url);
    keep(neighbour, hole);
    neighbour.met = [url](const Router& router) {
        return says(router, "cannot connect to " + url + ": no answer within");
    };
    return neighbour;
}

Neighbour silent_broker() {
    const auto silent = std::make_shared<FakeBroker>(FakeBroker::mute);
    const auto url = silent->url();
    auto neighbour = broker(url);
    keep(neighbour, silent);
    neighbour.met = [silent, url](const Router& router) {
        return !silent->received().empty() && says(router, "cannot connect to " + url + ": no answer within");
    };
    return neighbour;
}

Neighbour tls_silent_broker() {
    const auto silent = std::make_shared<FakeBroker>(FakeBroker::mute);
    const auto url = loopback_url(silent->port(), "ssl");
    auto neighbour = broker(url);
    keep(neighbour, silent);
    neighbour.met = [silent, url](const Router& router) {
        return !silent->received().empty() &&
               says(router, "cannot connect to " + url + ": TLS: the broker did not answer");
    };
    return neighbour;
}

Neighbour brokers_without_name_server() {
    const auto server = std::make_shared<SilentNameServer>();
    Neighbour neighbour;
    keep(neighbour, server);
    add_broker(neighbour, "bad", "tcp://plant.example.com:1883");
    add_broker(neighbour, "bad-tls", "ssl://office.example.com:8883");
    neighbour.wrapper = server->wrapper();
    neighbour.met = [server](const Router& router) {
        return server->asked() && says(router, "'plant.example.com' took longer than 1 s") &&
               says(router, "'office.example.com' took longer than 1 s");
    };
    return neighbour;
}

Neighbour stopped_broker() {
    const std::shared_ptr<Mosquitto> mosquitto = Mosquitto::started();
    auto neighbour = broker(mosquitto->url());
    keep(neighbour, mosquitto);
    neighbour.turn_bad = [mosquitto](const Router& router) {
        router.wait_for("connected to " + mosquitto->url());
        mosquitto->freeze();
    };
    neighbour.met = [mosquitto, full = false](const Router& router) mutable {
        full = full || unsent_to(mosquitto->port()) > 0;
        return full && says(router, "no answer to a publish within");
    };
    return neighbour;
}

Neighbour broker_of_one_message_a_second() {
    const auto slow = std::make_shared<OneASecond>();
    auto neighbour = broker(slow->url(), "");
    keep(neighbour, slow);
    neighbour.met = [slow](const Router&) { return slow->taken() > 0; };
    return neighbour;
}

Neighbour broker_closing_after_connect() {
    const auto closing = std::make_shared<ScriptedBroker>(
        [](const ::testing::Packet&) -> std::optional<std::string> { return std::nullopt; });
    auto neighbour = broker(closing->url());
    keep(neighbour, closing);
    neighbour.met = [closing](const Router&) { return closing->packets().size() > 2; };
    return neighbour;
}

Neighbour dead_brokers(unsigned count) {
    const auto hole = std::make_shared<BlackHole>();
    const auto silent = std::make_shared<FakeBroker>(FakeBroker::mute);
    Neighbour neighbour;
    keep(neighbour, hole);
    keep(neighbour, silent);
    const std::vector<std::string> urls{loopback_url(free_port(Protocol::tcp)), loopback_url(hole->port()),
                                        silent->url()};
    for (unsigned i = 0; i < count; ++i) add_broker(neighbour, "dead-" + std::to_string(i), urls[i % urls.size()]);
    neighbour.met = [urls, count](const Router& router) {
        const auto output = router.output();
        unsigned failures = 0;
        for (const auto& line : lines_of(output))
            failures += line.find("cannot connect to ") != std::string::npos ? 1 : 0;
        return failures >= count && std::all_of(urls.begin(), urls.end(), [&](const auto& url) {
                   return output.find("cannot connect to " + url) != std::string::npos;
               });
    };
    return neighbour;
}

Neighbour fixture_sink(const std::string& fixture) {
    const auto folder = std::make_shared<PluginFolder>();
    folder->add(fixture);
    std::string kind = fixture;
    std::replace(kind.begin(), kind.end(), '_', '-');
    Neighbour neighbour;
    keep(neighbour, folder);
    neighbour.files.emplace_back("bad.yaml", "id: bad\ntopic: qlik.task\nkind: " + kind + "\n");
    neighbour.environment["TOCSIN_PLUGIN_PATH"] = folder->path().string();
    return neighbour;
}

Neighbour blocking_sink() {
    auto neighbour = fixture_sink("blocks_in_submit");
    const auto folder = std::make_shared<PluginFolder>();
    neighbour.parts.push_back(folder);
    neighbour.environment["TOCSIN_TEST_BLOCK"] = folder->write("block", "").string();
    neighbour.limits = "call-limit = \"200ms\"";
    neighbour.met = [](const Router& router) { return says(router, "the sink hangs in a call and is given up"); };
    return neighbour;
}

}  // namespace tocsin::testing
