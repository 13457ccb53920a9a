#include "trial.hpp"

#include "mark.hpp"
#include "sockets.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <stdexcept>
#include <thread>

namespace tocsin::bench {
namespace {

using namespace std::chrono_literals;

constexpr unsigned outage_count = 10'000;
constexpr const char* room_for_backlog = "spool-size = 4096\n";

double sent_by(const Child& sender) {
    const auto text = sender.output();
    const auto at = text.find("sent ");
    if (at == std::string::npos) throw std::runtime_error{"the sender failed:\n" + text};
    return std::stod(text.substr(at + 5));
}

/// What is under way may still arrive; the counts are waited for while the router runs.
void wait_for_arrivals(const FarEnd& far_end, double wanted, std::chrono::milliseconds quiet) {
    auto arrived = far_end.arrived();
    auto since = std::chrono::steady_clock::now();
    while (static_cast<double>(arrived) < wanted && std::chrono::steady_clock::now() - since < quiet) {
        std::this_thread::sleep_for(2ms);
        const auto now = far_end.arrived();
        if (now != arrived) since = std::chrono::steady_clock::now();
        arrived = now;
    }
}

class Socket {
  public:
    Socket() : handle_{bound_socket(SOCK_DGRAM, 0)} { set_receive_buffer(handle_, 8 << 20); }
    Socket(const Socket&) = delete;
    Socket& operator=(const Socket&) = delete;
    ~Socket() { ::close(handle_); }
    int handle() const noexcept { return handle_; }

  private:
    int handle_;
};

}  // namespace

Measured trial(const Places& places, FarEnd::Kind kind, const MakeRouter& make_router, const Load& load) {
    const Folder folder;
    FarEnd far_end{places, folder, kind};
    const auto router = make_router(folder, far_end);
    Measured measured;
    measured.start = router->start_seconds();
    std::this_thread::sleep_for(200ms);
    const double before = router->process().cpu_seconds();
    std::vector<std::string> command{
        places.program("send_datagrams"), "--to",     std::to_string(router->port()),    "--seconds",
        std::to_string(places.seconds),   "--levels", load.changes ? "change" : "repeat"};
    if (load.rate > 0)
        command.insert(command.end(), {"--rate", std::to_string(load.rate)});
    else
        command.insert(command.end(), {"--progress", far_end.progress_file()});
    Child sender{command, {folder / "sender"}};
    sender.wait(std::chrono::minutes{2});
    measured.sent = sent_by(sender);
    wait_for_arrivals(far_end, measured.sent, 1s);
    measured.cpu = (router->process().cpu_seconds() - before) / measured.sent * 100'000;
    measured.resident = router->process().resident();
    measured.peak = router->process().peak();
    measured.arrived = far_end.finish();
    return measured;
}

Measured mosquitto_pub_trial(const Places& places) {
    constexpr unsigned count = 50'000;
    const Folder folder;
    FarEnd far_end{places, folder, FarEnd::Kind::ideal};
    Child{{places.program("send_datagrams"), "--count", std::to_string(count)}, {folder / "lines"}}.wait(1min);
    Child publisher{
        {"mosquitto_pub", "-h", "127.0.0.1", "-p", std::to_string(far_end.port()), "-q", "1", "-t", "bench", "-l"},
        {folder / "publisher", folder / "lines"}};
    Measured measured;
    measured.sent = count;
    while (publisher.running() && static_cast<double>(far_end.arrived()) < 0.9 * count) {
        measured.cpu = publisher.cpu_seconds() / static_cast<double>(far_end.arrived() + 1) * 100'000;
        measured.resident = publisher.resident();
        std::this_thread::sleep_for(10ms);
    }
    publisher.wait(1min);
    measured.arrived = far_end.finish();
    return measured;
}

Measured outage_trial(const Places& places, bool restart) {
    const Folder folder;
    FarEnd far_end{places, folder, FarEnd::Kind::mosquitto};
    const Socket socket;
    TocsinSite site;
    if (restart) {
        site.listening = socket.handle();
        site.listening_port = port_of(socket.handle());
    }
    Tocsin router{places, folder, far_end, site};
    const auto start = std::chrono::steady_clock::now();
    Child sender{{places.program("send_datagrams"), "--to", std::to_string(router.port()), "--rate", "2000", "--count",
                  std::to_string(outage_count)},
                 {folder / "sender"}};
    std::this_thread::sleep_until(start + 2500ms);
    far_end.kill_broker();
    std::this_thread::sleep_until(start + 4s);
    if (restart) router.kill_and_restart();
    std::this_thread::sleep_until(start + 7500ms);
    far_end.start_broker();
    sender.wait(1min);
    Measured measured;
    measured.sent = sent_by(sender);
    wait_for_arrivals(far_end, measured.sent, 15s);
    measured.resident = router.process().resident();
    measured.peak = router.process().peak();
    measured.arrived = far_end.finish();
    return measured;
}

void fill_spool(const Places& places, const std::filesystem::path& state) {
    const Folder folder;
    FarEnd far_end{places, folder, FarEnd::Kind::ideal};
    Tocsin router{places, folder, far_end, {.settings = room_for_backlog}};
    far_end.finish();
    Child sender{{places.program("send_datagrams"), "--to", std::to_string(router.port()), "--rate", "15000", "--count",
                  std::to_string(backlog_count)},
                 {folder / "sender"}};
    sender.wait(5min);
    router.process().terminate(1min);
    std::filesystem::copy(folder / "state", state);
}

Measured drain_trial(const Places& places, const std::filesystem::path& state) {
    const Folder folder;
    FarEnd far_end{places, folder, FarEnd::Kind::ideal};
    std::filesystem::copy(state, folder / "state");
    Tocsin router{places, folder, far_end, {.settings = room_for_backlog}};
    wait_for_arrivals(far_end, backlog_count, 5s);
    Measured measured;
    measured.sent = backlog_count;
    measured.start = router.start_seconds();
    measured.peak = router.process().peak();
    measured.arrived = far_end.finish();
    return measured;
}

std::vector<std::vector<Measured>> by_turns(const std::vector<Trial>& trials, int rounds) {
    std::vector<std::vector<Measured>> all(trials.size());
    for (int round = 0; round < rounds; ++round)
        for (std::size_t i = 0; i < trials.size(); ++i) all[i].push_back(trials[i]());
    return all;
}

double median(const std::vector<Measured>& all, const std::function<double(const Measured&)>& of) {
    std::vector<double> values;
    for (const auto& one : all) values.push_back(of(one));
    std::sort(values.begin(), values.end());
    const auto middle = values.size() / 2;
    return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

}  // namespace tocsin::bench
