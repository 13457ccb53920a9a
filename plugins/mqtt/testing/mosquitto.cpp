#include "mosquitto.hpp"

#include "wait.hpp"

#include <unistd.h>

#include <atomic>
#include <sstream>
#include <stdexcept>

namespace testing {

Mosquitto::Mosquitto(std::string settings) : settings_{std::move(settings)} {
    for (int attempt = 0; attempt < 10; ++attempt) {
        port_ = free_port();
        if (try_start()) return;
    }
    throw std::runtime_error{"mosquitto does not start: " + log()};
}

void Mosquitto::start() {
    if (!try_start()) throw std::runtime_error{"mosquitto does not start again: " + log()};
}

bool Mosquitto::try_start() {
    write_file(folder_.file("mosquitto.conf"), "listener " + std::to_string(port_) +
                                                   " 127.0.0.1\n"
                                                   "set_tcp_nodelay true\n"
                                                   "persistence false\n" +
                                                   (::geteuid() == 0 ? "user root\n" : "") + settings_);
    write_file(folder_.file("log"), "");
    process_ = std::make_unique<Process>(
        std::vector<std::string>{"/usr/sbin/mosquitto", "-v", "-c", folder_.file("mosquitto.conf")},
        folder_.file("log"));
    const bool decided = wait_until([&] { return logged(" running") || logged("Error"); });
    if (decided && !logged("Error")) return true;
    process_.reset();
    return false;
}

Subscriber::Subscriber(const Mosquitto& broker, const std::vector<std::string>& more) {
    static std::atomic<int> number{0};
    const auto id = "subscriber-" + std::to_string(++number);
    std::vector<std::string> command{
        "mosquitto_sub", "-h", "localhost", "-p", std::to_string(broker.port()), "-i", id, "-q", "2", "-t", "#", "-F",
        "%q %r %t %p"};
    command.insert(command.end(), more.begin(), more.end());
    process_ = std::make_unique<Process>(command, folder_.file("lines"));
    if (!wait_until([&] { return broker.logged("SUBACK to " + id); }))
        throw std::runtime_error{"no subscription: " + read_file(folder_.file("lines")) + broker.log()};
}

std::vector<std::string> Subscriber::lines() const {
    std::istringstream text{read_file(folder_.file("lines"))};
    std::vector<std::string> lines;
    for (std::string line; std::getline(text, line);) lines.push_back(line);
    return lines;
}

}  // namespace testing
