#include "connection.hpp"

#include "library.hpp"
#include "tls_context.hpp"

#include <algorithm>
#include <mutex>
#include <optional>
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

std::string url_for_paho(const Settings& settings, const std::string& address, const Link* link) {
    if (link != nullptr) return "tcp://127.0.0.1:" + std::to_string(link->port());
    return settings.url.with_host(address).text();
}

/// The properties of one PUBLISH.
class PublishProperties {
  public:
    PublishProperties(std::uint32_t message_expiry, const UserProperties& pairs) {
        if (message_expiry != 0) {
            MQTTProperty property{};
            property.identifier = MQTTPROPERTY_CODE_MESSAGE_EXPIRY_INTERVAL;
            property.value.integer4 = message_expiry;
            add(property);
        }
        for (const auto& [name, value] : pairs) {
            MQTTProperty property{};
            property.identifier = MQTTPROPERTY_CODE_USER_PROPERTY;
            property.value.data = text(name);
            property.value.value = text(value);
            add(property);
        }
    }
    PublishProperties(const PublishProperties&) = delete;
    PublishProperties& operator=(const PublishProperties&) = delete;
    ~PublishProperties() { MQTTProperties_free(&list_); }

    const MQTTProperties& list() const { return list_; }

  private:
    static MQTTLenString text(const std::string& from) {
        return {static_cast<int>(from.size()), const_cast<char*>(from.data())};  // Paho copies it
    }
    void add(const MQTTProperty& property) {
        if (MQTTProperties_add(&list_, &property) != 0) throw std::runtime_error{"the MQTT library refuses a property"};
    }

    MQTTProperties list_ = MQTTProperties_initializer;
};

std::uint64_t length_of_length(std::uint64_t value) {
    return value < 128 ? 1 : value < 16384 ? 2 : value < 2097152 ? 3 : 4;
}

}  // namespace

std::uint64_t packet_size(const Outgoing& out, const UserProperties& pairs, Protocol protocol) {
    std::uint64_t size = 2 + out.topic.size() + (out.qos > 0 ? 2 : 0) + out.payload.size();
    if (protocol == Protocol::v5) {
        std::uint64_t properties = out.message_expiry != 0 ? 5 : 0;
        for (const auto& [name, value] : pairs) properties += 5 + name.size() + value.size();
        size += length_of_length(properties) + properties;
    }
    return 1 + length_of_length(size) + size;
}

Connection::Connection(const Settings& settings, const std::string& address, std::chrono::seconds keepalive,
                       Recipient recipient)
    : protocol_{settings.protocol}, number_{callbacks::enlist(std::move(recipient))} {
    try {
        prepare_library();
        if (uses_link(settings)) link_ = std::make_unique<Link>(settings, address);
        create(settings, url_for_paho(settings, address, link_.get()));
        connect(settings, keepalive);
    } catch (...) {
        callbacks::dismiss(number_);
        destroy();
        throw;
    }
}

Connection::~Connection() {
    callbacks::dismiss(number_);
    destroy();
}

void Connection::destroy() {
    const std::lock_guard lock{library_mutex()};
    if (client_ != nullptr) MQTTAsync_destroy(&client_);
}

void Connection::create(const Settings& settings, const std::string& url) {
    MQTTAsync_createOptions options = MQTTAsync_createOptions_initializer;
    options.MQTTVersion = protocol_ == Protocol::v5 ? MQTTVERSION_5 : MQTTVERSION_3_1_1;
    options.sendWhileDisconnected = 0;
    options.maxBufferedMessages = static_cast<int>(settings.window);
    if (const int error = MQTTAsync_createWithOptions(&client_, url.c_str(), settings.client_id.c_str(),
                                                      MQTTCLIENT_PERSISTENCE_NONE, nullptr, &options))
        fail("the MQTT library refuses the broker's settings", error);
    auto* context = callbacks::context(number_);
    if (const int error = MQTTAsync_setCallbacks(client_, context, callbacks::on_lost, callbacks::on_message, nullptr))
        fail("the MQTT library refuses its callbacks", error);
    if (protocol_ == Protocol::v5)
        if (const int error = MQTTAsync_setDisconnected(client_, context, callbacks::on_disconnect5))
            fail("the MQTT library refuses its callbacks", error);
}

void Connection::connect(const Settings& settings, std::chrono::seconds keepalive) {
    MQTTAsync_connectOptions options = MQTTAsync_connectOptions_initializer;
    options.automaticReconnect = 0;
    options.keepAliveInterval = static_cast<int>(keepalive.count());
    options.maxInflight = static_cast<int>(settings.window);
    // Not what limits the attempt: the caller destroys a connection that takes too long.
    options.connectTimeout =
        static_cast<int>(std::chrono::ceil<std::chrono::seconds>(settings.connect_timeout).count()) + 60;
    options.username = or_null(settings.username);
    options.password = or_null(settings.password);
    options.context = callbacks::context(number_);
    if (protocol_ == Protocol::v5) {
        options.MQTTVersion = MQTTVERSION_5;
        options.cleansession = 0;
        options.cleanstart = 1;
        options.onSuccess5 = callbacks::on_connected5;
        options.onFailure5 = callbacks::on_refused5;
    } else {
        options.MQTTVersion = MQTTVERSION_3_1_1;
        options.cleansession = 1;
        options.onSuccess = callbacks::on_connected;
        options.onFailure = callbacks::on_refused;
    }
    const std::shared_lock lock{library_mutex()};
    if (const int error = MQTTAsync_connect(client_, &options)) fail("the MQTT library does not connect", error);
}

Connection::Sent Connection::publish(const Outgoing& out, const UserProperties& pairs) {
    MQTTAsync_responseOptions response = MQTTAsync_responseOptions_initializer;
    std::optional<PublishProperties> properties;
    if (protocol_ == Protocol::v5) {
        properties.emplace(out.message_expiry, pairs);
        response.onSuccess5 = callbacks::on_published5;
        response.onFailure5 = callbacks::on_publish_failed5;
        response.properties = properties->list();
    } else {
        response.onSuccess = callbacks::on_published;
        response.onFailure = callbacks::on_publish_failed;
    }
    response.context = callbacks::context(number_, out.number);
    const std::shared_lock lock{library_mutex()};
    const int error = MQTTAsync_send(client_, out.topic.c_str(), static_cast<int>(out.payload.size()),
                                     out.payload.data(), out.qos, out.retained ? 1 : 0, &response);
    if (error == MQTTASYNC_SUCCESS) return Sent::yes;
    return error == MQTTASYNC_BAD_UTF8_STRING ? Sent::bad_topic : Sent::disconnected;
}

std::string Connection::failure() const { return link_ == nullptr ? std::string{} : link_->failure(); }

std::string Connection::refusal() const { return link_ == nullptr ? std::string{} : link_->refusal(); }

}  // namespace mqtt
