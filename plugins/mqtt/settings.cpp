#include "settings.hpp"

#include "tls_context.hpp"

#include <stdexcept>
#include <utility>

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

/// Runs checks that throw std::invalid_argument and keeps what each of them says.
class Checks {
  public:
    template <class Check>
    void operator()(Check&& check) {
        try {
            check();
        } catch (const std::invalid_argument& error) {
            mistakes_.add(error.what());
        }
    }

    tocsin::OptionMistakes& mistakes() { return mistakes_; }

    void throw_mistakes() const {
        if (!mistakes_.empty()) throw mistakes_;
    }

  private:
    tocsin::OptionMistakes mistakes_;
};

void check_pair(const Settings& settings) {
    if (!settings.certificate_file.empty() && settings.key_file.empty())
        wrong("ssl-cert: needs the private key in ssl-key");
    if (settings.certificate_file.empty() && !settings.key_file.empty())
        wrong("ssl-key: needs the certificate in ssl-cert");
}

/// What only TLS has. Empty texts and lists count as left out.
void check_plain(const tocsin::Options& options, tocsin::OptionMistakes& mistakes) {
    for (const auto* option : {"ssl-ca", "ssl-cert", "ssl-key"})
        if (!options.text(option).empty())
            mistakes.add(option, "has no effect without TLS: begin url with ssl:// or wss://, or leave it out");
    if (!options.list("alpn").empty())
        mistakes.add("alpn", "has no effect without TLS: begin url with ssl:// or wss://, or leave it out");
}

std::string read_alpn(const std::vector<std::string>& names) {
    std::string list;
    for (const auto& name : names) {
        if (name.empty() || name.size() > 255) wrong("alpn: a name must have 1 to 255 bytes");
        if (name.find('\0') != std::string::npos) wrong("alpn: a name must not contain a NUL character");
        list += static_cast<char>(name.size());
        list += name;
    }
    if (list.size() > 65535) wrong("alpn: the names are too long");
    return list;
}

}  // namespace

int read_qos(std::string_view text) {
    if (text == "0" || text == "at-most-once") return 0;
    if (text == "1" || text == "at-least-once") return 1;
    return 2;
}

std::vector<std::string> warnings(const Settings& settings) {
    std::vector<std::string> list;
    if (settings.url.tls && !settings.verify)
        list.push_back("insecure-skip-verify: the broker's certificate is not checked, anybody on the way to " +
                       settings.url.text() + " can read and change what is sent, passwords included");
    if (!settings.url.tls && !settings.url.is_loopback() && !settings.password.empty())
        list.push_back("the password travels readable to " + settings.url.text() + ", which is not encrypted: use " +
                       (settings.url.websocket ? "wss://" : "ssl://"));
    if (settings.url.tls && !settings.certificate_file.empty()) {
        if (const auto expired = expiry_in_words(settings.certificate_file); !expired.empty())
            list.push_back("ssl-cert: '" + settings.certificate_file + "' " + expired);
    }
    return list;
}

Settings read_settings(const tocsin::Options& options, std::string_view name) {
    Settings settings;
    Checks checks;
    checks([&] { settings.url = parse_broker_url(options.text("url")); });
    const auto read = [&](std::string& to, std::string_view option) {
        checks([&] { to = text_option(options, option); });
    };
    read(settings.ca_file, "ssl-ca");
    read(settings.certificate_file, "ssl-cert");
    read(settings.key_file, "ssl-key");
    read(settings.client_id, "client-id");
    read(settings.username, "username");
    read(settings.password, "password");
    settings.protocol = options.text("protocol") == "5" ? Protocol::v5 : Protocol::v3_1_1;
    settings.qos = options.has("qos") ? read_qos(options.text("qos")) : 0;
    settings.retained = options.boolean("retained");
    checks([&] { settings.alpn = read_alpn(options.list("alpn")); });
    settings.verify = !options.boolean("insecure-skip-verify");
    if (settings.client_id.empty()) settings.client_id = name;
    settings.keepalive = std::chrono::ceil<std::chrono::seconds>(options.duration("keepalive"));
    settings.window = static_cast<std::size_t>(options.integer("window"));
    settings.ack_timeout = options.duration("ack-timeout");
    settings.connect_timeout = options.duration("connect-timeout");
    settings.reconnect_min = options.duration("reconnect-min");
    settings.reconnect_max = options.duration("reconnect-max");
    checks([&] {
        if (settings.username.empty() && !settings.password.empty()) wrong("password: needs a username");
    });
    checks([&] {
        if (settings.reconnect_max < settings.reconnect_min) wrong("reconnect-max: must not be below reconnect-min");
    });
    if (!settings.url.host.empty() && !settings.url.tls)
        check_plain(options, checks.mistakes());
    else
        checks([&] { check_pair(settings); });
    if (settings.url.tls)
        for (const auto& [option, file] : {std::pair{"ssl-ca", settings.ca_file},
                                           {"ssl-cert", settings.certificate_file},
                                           {"ssl-key", settings.key_file}})
            if (!file.empty()) checks([&, name = option, &path = file] { check_readable(name, path); });
    checks.throw_mistakes();
    if (settings.url.tls) checks([&] { make_tls_context(settings); });
    checks.throw_mistakes();
    return settings;
}

}  // namespace mqtt
