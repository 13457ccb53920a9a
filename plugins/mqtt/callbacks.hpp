#pragma once

#include "mailbox.hpp"

#include <MQTTAsync.h>

#include <cstdint>
#include <functional>
#include <memory>

namespace mqtt {

/// Who hears of a connection.
struct Recipient {
    std::shared_ptr<Mailbox> mailbox;  ///< gets what happens to it
    /// Asked first about a publish that was acknowledged, or at QoS 0 written, with its number_in_context: true when
    /// that is done with. Optional. Called with Paho's global lock held: it may not wait for anybody who waits for
    /// Paho.
    std::function<bool(std::uint64_t number)> published;
};

/// Paho's callbacks. What Paho gets as their context is a number, not an address: a callback that comes after its
/// connection was dismissed finds nothing and does nothing.
namespace callbacks {

/// A new connection, of which `recipient` hears; returns its number, never 0.
std::uint64_t enlist(Recipient recipient);
void dismiss(std::uint64_t connection);

/// `number`: of the publish, 0 for what concerns the connection.
void* context(std::uint64_t connection, std::uint64_t number = 0);

/// The part of `number` that a context holds, and that a notice brings back.
std::uint64_t number_in_context(std::uint64_t number);

void on_connected(void* context, MQTTAsync_successData* data);
void on_refused(void* context, MQTTAsync_failureData* data);
void on_lost(void* context, char* cause);
int on_message(void* context, char* topic, int topic_size, MQTTAsync_message* message);
void on_published(void* context, MQTTAsync_successData* data);
void on_publish_failed(void* context, MQTTAsync_failureData* data);

// The same for MQTT 5.
void on_connected5(void* context, MQTTAsync_successData5* data);
void on_refused5(void* context, MQTTAsync_failureData5* data);
void on_disconnect5(void* context, MQTTProperties* properties, enum MQTTReasonCodes code);
void on_published5(void* context, MQTTAsync_successData5* data);
void on_publish_failed5(void* context, MQTTAsync_failureData5* data);

}  // namespace callbacks
}  // namespace mqtt
