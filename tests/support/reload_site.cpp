#include "reload_site.hpp"

#include "ports.hpp"
#include "wait.hpp"

#include <signal.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <stdexcept>

namespace tocsin::testing {
namespace {

constexpr unsigned batch = 50;  // what the smallest receive buffer holds

constexpr const char* refusal = "the configuration holds mistakes: the old one stays";

std::size_t lines_in(const std::filesystem::path& file) {
    const auto text = read_text(file);
    return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

}  // namespace

ReloadSite::ReloadSite(std::string_view sections, std::string_view keys)
    : site_{""}, port_{free_port(Protocol::udp)}, diary_{site_.path() / "diary.log"} {
    configure(sections, keys);
    handler("diary.yaml", "id: diary\ntopic: qlik.*\nkind: log\noptions:\n  path: " + diary_.string() + "\n");
}

void ReloadSite::configure(std::string_view sections, std::string_view keys) const {
    std::ofstream file{config()};
    file << "[tocsin]\nhandlers-dir = \"handlers\"\n" << keys << '\n' << task_log_section(port_) << sections;
}

void ReloadSite::configure_source(std::string_view lines, std::string_view sections) const {
    std::ofstream file{config()};
    file << "[tocsin]\nhandlers-dir = \"handlers\"\n" << task_log_section(port_, std::string{lines}) << sections;
}

void ReloadSite::remove_handler(const std::string& file) const {
    if (!std::filesystem::remove(path() / "handlers" / file)) throw std::runtime_error{"no handler " + file};
}

std::string ReloadSite::datagram(unsigned number, unsigned ids, std::size_t padding) {
    char text[512];
    std::snprintf(text, sizeof text,
                  "/scheduler-reload-failed/;sense1;Task;%u;LAB\\ann;%08x-1111-4222-8333-444444444444;"
                  "e3b27f50-b1c0-4879-88fc-c7cdd9c1cf3e;2024-05-06 07:08:09,123;ERROR;"
                  "%08x-1111-4222-8333-444444444444;Max retries reached",
                  number, 0xa0000000U + number % ids, number);
    return text + std::string(padding, 'x');
}

void ReloadSite::send(unsigned count, unsigned ids, std::size_t padding) {
    const unsigned most = padding == 0 ? batch : 2;
    const UdpSocket socket;
    for (unsigned i = 1; i <= count; ++i) {
        socket.send(port_, datagram(++number_, ids, padding));
        if (i % most != 0 && i != count) continue;
        if (!wait_until([&] { return lines_in(diary_) >= number_; }))
            throw std::runtime_error{"only " + std::to_string(lines_in(diary_)) + " of " + std::to_string(number_) +
                                     " events came in"};
    }
}

std::vector<std::string> ReloadSite::spool(const std::string& query) const {
    return lines_of(
        run_ok({"sqlite3", "-readonly", "-cmd", ".timeout 10000", (path() / "state" / "spool.db").string(), query}));
}

std::string numbered_handler(const std::string& id, const std::string& options, const std::string& keys) {
    const bool has_topic = options.find("topic:") != std::string::npos;
    return "id: " + id + "\ntopic: qlik.task\nkind: mqtt\n" + keys + "options:\n  qos: 1\n" +
           (has_topic ? "" : "  topic: " + id + "/{{ index .Tags \"appName\" }}\n") + options;
}

std::size_t count_lines(const Router& router, std::string_view message) {
    const auto log = router.log();
    return static_cast<std::size_t>(
        std::count_if(log.begin(), log.end(), [&](const LogLine& line) { return line.msg == message; }));
}

void reload(Router& router) {
    const auto before = count_lines(router, "reloaded");
    router.process().send_signal(SIGHUP);
    if (!wait_until([&] { return count_lines(router, "reloaded") > before; }))
        throw std::runtime_error{"no reload:\n" + router.output()};
}

std::string refused_reload(Router& router) {
    const auto lines = router.log().size();
    const auto before = count_lines(router, refusal);
    router.process().send_signal(SIGHUP);
    if (!wait_until([&] { return count_lines(router, refusal) > before; }))
        throw std::runtime_error{"the reload was not refused:\n" + router.output()};
    std::string text;
    const auto log = router.log();
    for (auto i = lines; i < log.size(); ++i)
        if (log[i].level == "error") text += log[i].raw + "\n";
    return text;
}

std::vector<unsigned> numbers(const Mosquitto& broker, const std::string& prefix) {
    std::vector<unsigned> all;
    for (const auto& one : broker.received())
        if (one.topic.starts_with(prefix + "/"))
            all.push_back(static_cast<unsigned>(std::stoul(one.topic.substr(prefix.size() + 1))));
    return all;
}

std::vector<unsigned> all_from(unsigned first, unsigned last) {
    std::vector<unsigned> all;
    for (auto number = first; number <= last; ++number) all.push_back(number);
    return all;
}

std::size_t connects(const Mosquitto& broker, const std::string& client) {
    std::size_t count = 0;
    for (const auto& line : lines_of(broker.log()))
        if (line.find("New client connected from ") != std::string::npos &&
            line.find(" as " + client + " ") != std::string::npos)
            ++count;
    return count;
}

bool has_thrown_out(const Mosquitto& broker) { return broker.log().find("already connected") != std::string::npos; }

}  // namespace tocsin::testing
