#include "connection.hpp"

#include "callbacks.hpp"
#include "library.hpp"
#include "tls_context.hpp"

#include <mutex>
#include <shared_mutex>
#include <stdexcept>
#include <utility>

namespace mqtt {
namespace {

[[noreturn]] void fail(const char* what, int error) {
    const char* reason = MQTTAsync_strerror(error);
    throw std::runtime_error{std::string{what} + ": " + (reason != nullptr ? reason : std::to_string(error))};
}

const char* or_null(const std::string& text) { return text.empty() ? nullptr : text.c_str(); }

MQTTAsync_SSLOptions tls_options(const Settings& settings, void* context) {
    MQTTAsync_SSLOptions tls = MQTTAsync_SSLOptions_initializer;
    tls.trustStore = or_null(settings.ca_file);
    tls.keyStore = or_null(settings.certificate_file);
    tls.privateKey = or_null(settings.key_file);
    tls.enabledCipherSuites = cipher_suites;
    tls.sslVersion = MQTT_SSL_VERSION_TLS_1_2;
    tls.enableServerCertAuth = settings.verify ? 1 : 0;
    tls.verify = settings.verify ? 1 : 0;
    tls.ssl_error_cb = callbacks::on_tls_error;
    tls.ssl_error_context = context;
    return tls;
}

}  // namespace

Connection::Connection(const Settings& settings, const BrokerUrl& url, std::shared_ptr<Mailbox> mailbox)
    : number_{callbacks::enlist(std::move(mailbox))} {
    try {
        prepare_library();
        create(settings, url);
        connect(settings, url.tls);
    } catch (...) {
        callbacks::dismiss(number_);
        const std::lock_guard lock{library_mutex()};
        if (client_ != nullptr) MQTTAsync_destroy(&client_);
        throw;
    }
}

Connection::~Connection() {
    callbacks::dismiss(number_);
    const std::lock_guard lock{library_mutex()};
    MQTTAsync_destroy(&client_);
}

void Connection::create(const Settings& settings, const BrokerUrl& url) {
    MQTTAsync_createOptions options = MQTTAsync_createOptions_initializer;
    options.MQTTVersion = MQTTVERSION_3_1_1;
    options.sendWhileDisconnected = 0;
    options.maxBufferedMessages = static_cast<int>(settings.window);
    if (const int error = MQTTAsync_createWithOptions(&client_, url.text().c_str(), settings.client_id.c_str(),
                                                      MQTTCLIENT_PERSISTENCE_NONE, nullptr, &options))
        fail("the MQTT library refuses the broker's settings", error);
    if (const int error = MQTTAsync_setCallbacks(client_, callbacks::context(number_), callbacks::on_lost,
                                                 callbacks::on_message, nullptr))
        fail("the MQTT library refuses its callbacks", error);
}

void Connection::connect(const Settings& settings, bool tls) {
    MQTTAsync_connectOptions options = MQTTAsync_connectOptions_initializer;
    options.MQTTVersion = MQTTVERSION_3_1_1;
    options.cleansession = 1;
    options.automaticReconnect = 0;
    options.keepAliveInterval = static_cast<int>(settings.keepalive.count());
    options.maxInflight = static_cast<int>(settings.window);
    // Not what limits the attempt: the caller destroys a connection that takes too long.
    options.connectTimeout =
        static_cast<int>(std::chrono::ceil<std::chrono::seconds>(settings.connect_timeout).count()) + 60;
    options.username = or_null(settings.username);
    options.password = or_null(settings.password);
    options.onSuccess = callbacks::on_connected;
    options.onFailure = callbacks::on_refused;
    options.context = callbacks::context(number_);
    auto tls_settings = tls_options(settings, options.context);
    if (tls) options.ssl = &tls_settings;
    const std::shared_lock lock{library_mutex()};
    if (const int error = MQTTAsync_connect(client_, &options)) fail("the MQTT library does not connect", error);
}

Connection::Sent Connection::publish(std::uint64_t number, const std::string& topic, std::string_view payload, int qos,
                                     bool retained) {
    MQTTAsync_responseOptions response = MQTTAsync_responseOptions_initializer;
    response.onSuccess = callbacks::on_published;
    response.onFailure = callbacks::on_publish_failed;
    response.context = callbacks::context(number_, number);
    const std::shared_lock lock{library_mutex()};
    const int error = MQTTAsync_send(client_, topic.c_str(), static_cast<int>(payload.size()), payload.data(), qos,
                                     retained ? 1 : 0, &response);
    if (error == MQTTASYNC_SUCCESS) return Sent::yes;
    return error == MQTTASYNC_BAD_UTF8_STRING ? Sent::bad_topic : Sent::disconnected;
}

}  // namespace mqtt
