#include "mosquitto.hpp"

#include "ports.hpp"
#include "wait.hpp"

#include <signal.h>

#include <charconv>
#include <cstdlib>
#include <stdexcept>
#include <string_view>

namespace tocsin::testing {
namespace {

/// Debian keeps the broker where only root's PATH looks.
Environment path_with_sbin() {
    const char* path = std::getenv("PATH");
    return {{"PATH", std::string{path == nullptr ? "/usr/bin:/bin" : path} + ":/usr/sbin:/usr/local/sbin"}};
}

/// Between the first `before` and the next `after` behind it; `text` goes on after that.
std::optional<std::string_view> cut(std::string_view& text, std::string_view before, std::string_view after) {
    const auto begin = text.find(before);
    if (begin == std::string_view::npos) return std::nullopt;
    const auto from = begin + before.size();
    const auto end = text.find(after, from);
    if (end == std::string_view::npos) return std::nullopt;
    const auto found = text.substr(from, end - from);
    text.remove_prefix(end);
    return found;
}

/// What the setup asks of the listener under test, as lines of the configuration.
std::string listener_lines(const MosquittoSetup& setup, const TempDir& folder) {
    std::string text;
    if (setup.tls)
        text += "certfile " + setup.tls->certificate.string() + "\nkeyfile " + setup.tls->key.string() + "\n";
    if (!setup.client_authority.empty())
        text += "cafile " + setup.client_authority.string() + "\nrequire_certificate true\n";
    if (setup.users.empty()) {
        text += "allow_anonymous true\n";
    } else {
        const auto passwords = folder.write("passwords", "").string();
        for (const auto& [name, password] : setup.users)
            run_ok({"mosquitto_passwd", "-b", passwords, name, password}, path_with_sbin());
        text += "allow_anonymous false\npassword_file " + passwords + "\n";
    }
    if (!setup.acl.empty()) text += "acl_file " + folder.write("acl", setup.acl).string() + "\n";
    return text;
}

}  // namespace

Mosquitto::Mosquitto(const Setup& setup)
    : tls_{setup.tls.has_value()}, port_{free_port(Protocol::tcp)}, observer_port_{free_port(Protocol::tcp)} {
    std::string text =
        "user root\n"
        "persistence false\n"
        "set_tcp_nodelay true\n"
        "log_dest stderr\n";
    text += setup.quiet ? "log_type information\n" : "log_type all\n";
    const auto listener = "listener " + std::to_string(port_) + " 127.0.0.1\n";
    if (setup.lines.empty())
        text += "per_listener_settings true\nmax_queued_messages 0\n" + listener + listener_lines(setup, folder_) +
                "listener " + std::to_string(observer_port_) + " 127.0.0.1\nallow_anonymous true\n";
    else
        text += listener + setup.lines;
    folder_.write("mosquitto.conf", text);
}

std::unique_ptr<Mosquitto> Mosquitto::started(const Setup& setup) {
    constexpr int attempts = 5;
    for (int attempt = 1;; ++attempt) {
        auto broker = std::make_unique<Mosquitto>(setup);
        try {
            broker->start();
            return broker;
        } catch (const std::runtime_error&) {
            // Another program may have taken the port meanwhile.
            if (attempt == attempts) throw;
        }
    }
}

void Mosquitto::start() {
    if (process_) kill();
    process_ = std::make_unique<Process>(Arguments{"mosquitto", "-c", (folder_.path() / "mosquitto.conf").string()},
                                         path_with_sbin());
    const auto runs = [this] { return process_->err().find(" running\n") != std::string::npos; };
    const bool decided = wait_until([&] { return runs() || !process_->running(); });
    if (!decided || !runs()) throw std::runtime_error{"mosquitto does not start:\n" + process_->err()};
}

void Mosquitto::kill() {
    if (!process_) return;
    process_->kill();
    earlier_log_ += process_->err();
    process_.reset();
}

void Mosquitto::terminate() {
    if (!process_) return;
    process_->send_signal(SIGTERM);
    if (!process_->wait()) throw std::runtime_error{"mosquitto does not end:\n" + process_->err()};
    kill();
}

void Mosquitto::freeze() const { process_->send_signal(SIGSTOP); }

void Mosquitto::thaw() const { process_->send_signal(SIGCONT); }

std::string Mosquitto::url() const { return (tls_ ? "ssl://localhost:" : "tcp://127.0.0.1:") + std::to_string(port_); }

std::string Mosquitto::log() const { return earlier_log_ + (process_ ? process_->err() : ""); }

std::vector<Mosquitto::Received> Mosquitto::received() const {
    std::vector<Received> all;
    for (const auto& line : lines_of(log())) {
        std::string_view rest = line;
        const auto client = cut(rest, ": Received PUBLISH from ", " (d");
        if (!client) continue;
        const auto qos = cut(rest, ", q", ", r");
        const auto retained = cut(rest, ", r", ", m");
        const auto begin = rest.find('\'');
        const auto end = rest.rfind("', ... (");
        if (!qos || !retained || begin == std::string_view::npos || end == std::string_view::npos || end <= begin)
            throw std::runtime_error{"a line of mosquitto's log is not understood: " + line};
        Received one{std::string{*client}, 0, *retained == "1", std::string{rest.substr(begin + 1, end - begin - 1)}};
        std::from_chars(qos->data(), qos->data() + qos->size(), one.qos);
        all.push_back(std::move(one));
    }
    return all;
}

}  // namespace tocsin::testing
