#include "settings.hpp"

#include "tls_context.hpp"

#include <stdexcept>

namespace mqtt {
namespace {

[[noreturn]] void wrong(const std::string& what) { throw std::invalid_argument{what}; }

/// Paho takes texts as C strings, and MQTT allows them 65,535 bytes.
std::string text_option(const tocsin::Options& options, std::string_view name) {
    const auto text = options.text(name);
    if (text.find('\0') != std::string_view::npos) wrong(std::string{name} + ": must not contain a NUL character");
    if (text.size() > 65535) wrong(std::string{name} + ": must not be longer than 65,535 bytes");
    return std::string{text};
}

void check_tls(const Settings& settings) {
    if (settings.certificate_file.empty() != settings.key_file.empty())
        wrong(settings.key_file.empty() ? "ssl-cert: needs the private key in ssl-key"
                                        : "ssl-key: needs the certificate in ssl-cert");
    if (!settings.url.tls) return;
    if (settings.verify && kind_of_host(settings.url.host) == HostKind::ipv6)
        wrong("url: the certificate of a broker given by IPv6 address cannot be checked; give its name");
    make_tls_context(settings);
}

}  // namespace

Settings read_settings(const tocsin::Options& options, std::string_view name) {
    Settings settings;
    settings.url = parse_broker_url(options.text("url"));
    settings.ca_file = text_option(options, "ssl-ca");
    settings.certificate_file = text_option(options, "ssl-cert");
    settings.key_file = text_option(options, "ssl-key");
    settings.verify = !options.boolean("insecure-skip-verify");
    settings.client_id = text_option(options, "client-id");
    if (settings.client_id.empty()) settings.client_id = name;
    settings.username = text_option(options, "username");
    settings.password = text_option(options, "password");
    if (settings.username.empty() && !settings.password.empty()) wrong("password: needs a username");
    settings.keepalive = std::chrono::ceil<std::chrono::seconds>(options.duration("keepalive"));
    settings.window = static_cast<std::size_t>(options.integer("window"));
    settings.ack_timeout = options.duration("ack-timeout");
    settings.connect_timeout = options.duration("connect-timeout");
    settings.reconnect_min = options.duration("reconnect-min");
    settings.reconnect_max = options.duration("reconnect-max");
    if (settings.reconnect_max < settings.reconnect_min) wrong("reconnect-max: must not be below reconnect-min");
    check_tls(settings);
    return settings;
}

}  // namespace mqtt
