#include "callbacks.hpp"

#include <limits>
#include <map>
#include <mutex>
#include <string>
#include <utility>

namespace mqtt::callbacks {
namespace {

constexpr int number_bits = std::numeric_limits<std::uintptr_t>::digits >= 64 ? 40 : 20;
constexpr std::uintptr_t number_mask = (std::uintptr_t{1} << number_bits) - 1;
constexpr std::uintptr_t connection_mask = std::numeric_limits<std::uintptr_t>::max() >> number_bits;

struct Registry {
    std::mutex mutex;
    std::map<std::uintptr_t, std::shared_ptr<const Recipient>> entries;
    std::uintptr_t last = 0;
};

Registry& registry() {
    static auto& registry = *new Registry;  // outlives Paho's threads
    return registry;
}

std::shared_ptr<const Recipient> recipient_of(std::uintptr_t context) {
    const std::lock_guard lock{registry().mutex};
    const auto entry = registry().entries.find(context >> number_bits);
    return entry == registry().entries.end() ? nullptr : entry->second;
}

void post(void* context, Notice::Kind kind, int code = 0, BrokerProperties properties = {}) {
    const auto bits = reinterpret_cast<std::uintptr_t>(context);
    const auto recipient = recipient_of(bits);
    if (!recipient) return;
    if (kind == Notice::Kind::published && recipient->published && recipient->published(bits & number_mask)) return;
    Notice notice;
    notice.kind = kind;
    notice.code = code;
    notice.properties = std::move(properties);
    notice.connection = bits >> number_bits;
    notice.number = bits & number_mask;
    recipient->mailbox->post(std::move(notice));
}

/// Paho's form of what BrokerPackets let through.
BrokerProperties properties_in(MQTTProperties* list) {
    BrokerProperties properties;
    for (int i = 0; list != nullptr && i < list->count; ++i) {
        const auto& property = list->array[i];
        const auto& text = property.value.data;
        const auto said = [&] { return told_by_broker({text.data, static_cast<std::size_t>(text.len)}); };
        switch (property.identifier) {
            case MQTTPROPERTY_CODE_SERVER_KEEP_ALIVE: properties.server_keep_alive = property.value.integer2; break;
            case MQTTPROPERTY_CODE_RECEIVE_MAXIMUM: properties.receive_maximum = property.value.integer2; break;
            case MQTTPROPERTY_CODE_MAXIMUM_QOS: properties.maximum_qos = property.value.byte; break;
            case MQTTPROPERTY_CODE_RETAIN_AVAILABLE: properties.retain_available = property.value.byte != 0; break;
            case MQTTPROPERTY_CODE_MAXIMUM_PACKET_SIZE: properties.maximum_packet_size = property.value.integer4; break;
            case MQTTPROPERTY_CODE_REASON_STRING: properties.reason = said(); break;
            case MQTTPROPERTY_CODE_SERVER_REFERENCE: properties.server_reference = said(); break;
            default: break;
        }
    }
    return properties;
}

}  // namespace

std::uint64_t enlist(Recipient recipient) {
    auto& all = registry();
    const std::lock_guard lock{all.mutex};
    do {
        all.last = (all.last + 1) & connection_mask;
    } while (all.last == 0 || all.entries.count(all.last) != 0);
    all.entries[all.last] = std::make_shared<const Recipient>(std::move(recipient));
    return all.last;
}

void dismiss(std::uint64_t connection) {
    const std::lock_guard lock{registry().mutex};
    registry().entries.erase(static_cast<std::uintptr_t>(connection));
}

void* context(std::uint64_t connection, std::uint64_t number) {
    return reinterpret_cast<void*>((static_cast<std::uintptr_t>(connection) << number_bits) |
                                   number_in_context(number));
}

std::uint64_t number_in_context(std::uint64_t number) { return number & number_mask; }

void on_connected(void* context, MQTTAsync_successData*) { post(context, Notice::Kind::connected); }

void on_refused(void* context, MQTTAsync_failureData* data) {
    post(context, Notice::Kind::refused, data != nullptr && data->code > 0 ? data->code : 0);
}

void on_lost(void* context, char*) { post(context, Notice::Kind::lost); }

int on_message(void*, char* topic, int, MQTTAsync_message* message) {
    // Nothing is subscribed to: a broker that sends something all the same is not listened to.
    MQTTAsync_freeMessage(&message);
    MQTTAsync_free(topic);
    return 1;
}

void on_published(void* context, MQTTAsync_successData*) { post(context, Notice::Kind::published); }

void on_publish_failed(void* context, MQTTAsync_failureData*) { post(context, Notice::Kind::failed); }

void on_connected5(void* context, MQTTAsync_successData5* data) {
    post(context, Notice::Kind::connected, 0, properties_in(&data->properties));
}

void on_refused5(void* context, MQTTAsync_failureData5* data) {
    post(context, Notice::Kind::refused, data != nullptr && data->code > 0 ? data->code : 0);
}

void on_disconnect5(void* context, MQTTProperties* properties, enum MQTTReasonCodes code) {
    post(context, Notice::Kind::lost, static_cast<int>(code), properties_in(properties));
}

void on_published5(void* context, MQTTAsync_successData5*) { post(context, Notice::Kind::published); }

void on_publish_failed5(void* context, MQTTAsync_failureData5* data) {
    // When a write failed, Paho sets `code` and leaves the reason and the properties uninitialised.
    if (data == nullptr || data->code < 0) return post(context, Notice::Kind::failed);
    post(context, Notice::Kind::refused_publish, static_cast<int>(data->reasonCode), properties_in(&data->properties));
}

}  // namespace mqtt::callbacks
