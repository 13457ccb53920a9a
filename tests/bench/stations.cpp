#include "stations.hpp"

#include "mark.hpp"
#include "progress.hpp"
#include "sockets.hpp"

#include <array>
#include <cstdio>
#include <stdexcept>

namespace tocsin::bench {
namespace {

std::uint16_t free_port(int type) {
    const int handle = bound_socket(type, 0);
    const auto port = port_of(handle);
    ::close(handle);
    return port;
}

constexpr const char* mosquitto_lines =
    "listener %u 127.0.0.1\nallow_anonymous true\npersistence false\nset_tcp_nodelay true\n"
    "max_queued_messages 0\nmax_inflight_messages 0\n";

double number_after(const std::string& text, const std::string& name) {
    const auto at = text.rfind(name + "=");
    if (at == std::string::npos) throw std::runtime_error{"no counts came:\n" + text};
    return std::stod(text.substr(at + name.size() + 1));
}

std::string handler(const std::string& id, const std::string& topic, const std::string& match) {
    return "id: " + id + "\ntopic: " + topic + "\nkind: mqtt\n" + (match.empty() ? "" : "match: " + match + "\n") +
           "options:\n  topic: qliksense/task_failure\n  qos: 1\n  payload: '{{ .Message }}'\n";
}

std::string with_folder(std::string text, const std::string& folder) {
    for (auto at = text.find("@DIR@"); at != std::string::npos; at = text.find("@DIR@", at))
        text.replace(at, 5, folder);
    return text;
}

}  // namespace

FarEnd::FarEnd(const Places& places, const Folder& folder, Kind kind) : places_{places}, folder_{folder} {
    if (kind == Kind::mosquitto) {
        port_ = free_port(SOCK_STREAM);
        std::array<char, 300> lines{};
        std::snprintf(lines.data(), lines.size(), mosquitto_lines, port_);
        folder_.write("mosquitto.conf", lines.data());
        start_broker();
        counter_ =
            std::make_unique<Child>(std::vector<std::string>{places.program("count_subscriber"), "--port",
                                                             std::to_string(port_), "--progress", progress_file()},
                                    Child::Options{folder_ / "counter"});
        counter_->wait_for("subscribed");
        return;
    }
    counter_ =
        std::make_unique<Child>(std::vector<std::string>{places.program("ideal_broker"), "--progress", progress_file()},
                                Child::Options{folder_ / "counter"});
    counter_->wait_for("\n");
    port_ = static_cast<std::uint16_t>(std::stoul(counter_->output().substr(5)));
}

std::uint64_t FarEnd::arrived() const { return Progress{progress_file()}.get(); }

void FarEnd::kill_broker() { broker_->kill(); }

void FarEnd::start_broker() {
    broker_ =
        std::make_unique<Child>(std::vector<std::string>{"mosquitto", "-c", (folder_ / "mosquitto.conf").string()},
                                Child::Options{folder_ / "mosquitto"});
}

Arrived FarEnd::finish() {
    counter_->terminate(std::chrono::minutes{2});
    const auto text = counter_->output();
    const auto number = [&](const char* name) { return number_after(text, name); };
    return {number("received"), number("distinct"), number("rate"),
            number("p50_us"),   number("p99_us"),   number("max_us")};
}

namespace {

class BarePaho final : public RouterUnderTest {
  public:
    BarePaho(const Places& places, const Folder& folder, const FarEnd& far_end) {
        port_ = free_port(SOCK_DGRAM);
        const auto from = now_ns();
        process_ = std::make_unique<Child>(
            std::vector<std::string>{places.program("paho_router"), "--udp", std::to_string(port_), "--broker",
                                     std::to_string(far_end.port())},
            Child::Options{folder / "router"});
        process_->wait_for("connected");
        start_seconds_ = static_cast<double>(now_ns() - from) / 1e9;
    }
};

}  // namespace

MakeRouter bare_paho(const Places& places) {
    return [&places](const Folder& folder, const FarEnd& far_end) {
        return std::make_unique<BarePaho>(places, folder, far_end);
    };
}

Tocsin::Tocsin(const Places& places, const Folder& folder, const FarEnd& far_end, const TocsinSite& site)
    : places_{places}, folder_{folder}, site_{site} {
    port_ = site.listening ? site.listening_port : free_port(SOCK_DGRAM);
    folder.write("tocsin.toml", "[tocsin]\nhandlers-dir = \"handlers\"\n" + site.settings +
                                    "\n[[mqtt]]\nname = \"plant\"\nenabled = true\n"
                                    "url = \"tcp://127.0.0.1:" +
                                    std::to_string(far_end.port()) +
                                    "\"\n\n[[task-log]]\nlisten = \"127.0.0.1:" + std::to_string(port_) + "\"\n" +
                                    with_folder(places.router_lines, folder.path().string()) + "\n");
    folder.write("handlers/bench.yaml", handler("bench", "qlik.task", ""));
    for (std::size_t i = 0; i < site.idle_handlers; ++i) {
        const auto name = "idle" + std::to_string(i);
        folder.write("handlers/" + name + ".yaml", handler(name, "plant." + name, ""));
    }
    for (std::size_t i = 0; i < site.matches; ++i) {
        const auto name = "match" + std::to_string(i);
        folder.write("handlers/" + name + ".yaml",
                     handler(name, "qlik.task", "'\"taskName\" == ''" + name + "'' AND level() >= WARNING'"));
    }
    start();
    process_->wait_for("connected");
}

void Tocsin::start() {
    const auto from = now_ns();
    process_ =
        std::make_unique<Child>(std::vector<std::string>{places_.tocsin.string(), "--log-format", "text", "run",
                                                         "--config", (folder_ / "tocsin.toml").string()},
                                Child::Options{folder_ / ("router" + std::to_string(++starts_)), {}, site_.listening});
    process_->wait_for(" ready ");
    start_seconds_ = static_cast<double>(now_ns() - from) / 1e9;
}

void Tocsin::kill_and_restart() {
    process_->kill();
    start();
}

MakeRouter tocsin_router(const Places& places, const TocsinSite& site) {
    return [&places, site](const Folder& folder, const FarEnd& far_end) {
        return std::make_unique<Tocsin>(places, folder, far_end, site);
    };
}

}  // namespace tocsin::bench
